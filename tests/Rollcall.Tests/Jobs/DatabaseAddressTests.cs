using Rollcall.Jobs;
using Xunit;

namespace Rollcall.Tests.Jobs;

/// <summary>URLs of databases: what is taken, and that no part of a password is taken for anything else.</summary>
public sealed class DatabaseAddressTests
{
    [Theory]
    [InlineData("postgres://127.0.0.1/shop", "postgres://127.0.0.1/shop")]
    [InlineData("postgresql://reader@db.example.com:5432/shop?sslmode=require", "postgres://db.example.com:5432/shop")]
    [InlineData("mysql://reader:p%40ss%2Fword@[::1]:3306/shop", "mysql://[::1]:3306/shop")]
    [InlineData("mariadb://reader:p:a-s_s~1!@db/shop", "mysql://db/shop")]
    public void A_URL_is_named_without_its_user_and_password(string url, string name)
    {
        Assert.True(DatabaseAddress.IsKnownUrl(url));
        Assert.Equal(name, DatabaseAddress.Read(url, "/jobs").Name);
    }

    [Theory]
    [InlineData("postgres://reader:s3cr@t/word@db.example.com/shop")]
    [InlineData("postgres://reader:s3cr/et@db.example.com/shop")]
    [InlineData("postgres://reader:s3cret@x@db.example.com/shop")]
    [InlineData("postgres://reader:s3cr#et@db.example.com/shop")]
    [InlineData("postgres://reader:s3cr?et@db.example.com/shop")]
    [InlineData("postgres://reader:s3cr%et@db.example.com/shop")]
    [InlineData("postgres://reader:s3cr et@db.example.com/shop")]
    [InlineData("postgres://reader:s3crét@db.example.com/shop")]
    [InlineData("postgres://reader:s3cr[et@db.example.com/shop")]
    [InlineData("postgres://reader:1@/s3cret@db.example.com/shop")]
    [InlineData("postgres://reader:s3cret@db.example.com")]
    [InlineData("oracle://reader:s3cret@db.example.com/shop")]
    public void A_URL_whose_parts_are_not_certain_is_refused_and_not_shown(string url)
    {
        Assert.False(DatabaseAddress.IsKnownUrl(url));
        Assert.Equal("the database", DatabaseAddress.Read(url, "/jobs").Name);
    }
}
