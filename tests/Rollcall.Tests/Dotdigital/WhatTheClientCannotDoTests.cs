using System.Reflection;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>The client offers no way to delete a contact, empty a book, replace a contact or suppress anyone.</summary>
public sealed class WhatTheClientCannotDoTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Its_calls_are_these_and_no_others()
    {
        var calls = new[] { typeof(DotdigitalClient), typeof(AddressBooks), typeof(DataFields), typeof(Contacts), typeof(Imports), typeof(InsightData) }
            .SelectMany(type => type.GetMethods(Declared).Where(m => !m.IsSpecialName && m.Name != "Dispose").Select(m => $"{type.Name}.{m.Name}"))
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "AddressBooks.CreateAsync", "AddressBooks.ListAsync",
                "Contacts.AddToBookAsync", "Contacts.DeletionAsync", "Contacts.FindByEmailAsync", "Contacts.FindByIdAsync", "Contacts.PatchIntoBookAsync",
                "Contacts.ReadBookAsync", "Contacts.RemoveFromBookAsync", "Contacts.RemoveOneAsync", "Contacts.ResubscribeAsync",
                "Contacts.SuppressedSincePageAsync", "Contacts.UnsubscribeAsync", "Contacts.UnsubscribeFromAccountAsync", "Contacts.UnsubscribedSincePageAsync",
                "DataFields.CreateAsync", "DataFields.ListAsync",
                "DotdigitalClient.ConnectAsync", "DotdigitalClient.ServerTimeAsync",
                "Imports.ReadAsync", "Imports.StartAsync",
                "InsightData.DeleteAsync", "InsightData.ReadAsync", "InsightData.StartAsync",
            ],
            calls);
    }

    [Fact]
    public void No_public_type_takes_a_request_of_the_callers_making()
    {
        var open = typeof(DotdigitalClient).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods(Declared))
            .Where(method => method.GetParameters().Any(p => p.ParameterType == typeof(HttpRequestMessage) || p.ParameterType == typeof(HttpMethod)));
        Assert.Empty(open);
    }

    [Fact]
    public void Nothing_prints_a_password()
    {
        var options = new DotdigitalOptions { Username = "user", Password = "hidden" };
        Assert.DoesNotContain("hidden", options.ToString(), StringComparison.Ordinal);
    }
}
