using System.Text.Json;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.Contracts.Tests.Specifications;

public sealed class KnownDefectsTests
{
    // One value for each, which the vendor's text or own example allows and the bare schema refuses.
    private static readonly Dictionary<string, (string Schema, string Value)> Evidence = new()
    {
        ["/components/schemas/channelProperties_channelProperties_email/properties/resubscribeOptions"] =
            ("updateContactRequest", """{"channelProperties":{"email":{"status":"subscribed","resubscribeOptions":{"resubscribeWithNoChallenge":true}}}}"""),
        ["/components/schemas/identifiers/properties/contactId"] =
            ("contactRequest", """{"matchIdentifier":"contactId","identifiers":{"contactId":123456,"email":"my-new-email@emailsim.io"}}"""),
        ["/components/schemas/upsertInsightRecord/allOf/0/properties/key"] =
            ("upsertInsightRecord", """{"key":"24938","json":{"price":56}}"""),
        ["/components/schemas/upsertInsightRecord/allOf/0/properties/json"] =
            ("upsertInsightRecord", """{"key":"24938","json":{"price":56}}"""),
        ["/components/schemas/inline_response_200_2/properties/failures"] =
            ("inline_response_200_2", """{"summary":{"totalRecords":1,"totalDeleted":0,"totalNotFound":1},"failures":[],"notFound":["24938"]}"""),
    };

    [Fact]
    public void Each_correction_is_needed_and_enough()
    {
        OfficialSpecifications.OrSkip();
        var reference = SharedFolder.Reference!;
        Assert.Equal(KnownDefects.All.Select(defect => defect.Pointer), Evidence.Keys);
        foreach (var defect in KnownDefects.All)
        {
            Assert.NotEmpty(Validate(reference, defect, KnownDefects.All.Except([defect])));
            Assert.Empty(Validate(reference, defect, KnownDefects.All));
        }
    }

    [Fact]
    public void A_correction_of_what_the_vendor_has_fixed_is_noticed()
    {
        OfficialSpecifications.OrSkip();
        var outdated = KnownDefects.All[0] with { Pointer = "/components/schemas/identifiers/properties/email" };
        var refusal = Assert.Throws<InvalidOperationException>(() => OfficialSpecifications.Load(SharedFolder.Reference!, [outdated]));
        Assert.Contains(outdated.Pointer, refusal.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Validate(string reference, KnownDefect defect, IEnumerable<KnownDefect> corrections)
    {
        var document = OfficialSpecifications.Load(reference, [.. corrections]).Documents.Single(document => document.Name == defect.Document);
        var (schema, value) = Evidence[defect.Pointer];
        var named = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["$ref"] = "#/components/schemas/" + schema });
        return document.Schemas.Validate(named, JsonSerializer.Deserialize<JsonElement>(value));
    }
}
