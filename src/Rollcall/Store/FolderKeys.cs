using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace Rollcall.Store;

/// <summary>The keys that a data folder's secrets are encrypted with.</summary>
internal static class FolderKeys
{
    /// <summary>Encrypts and decrypts what is of one purpose. The keys lie in <c>authorizations/keys</c>, where the first version put them.</summary>
    public static IDataProtector Protector(string dataFolder, string purpose)
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("Rollcall");
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new KeyFiles(Path.Combine(dataFolder, "authorizations", "keys")));
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>().CreateProtector(purpose);
    }
}
