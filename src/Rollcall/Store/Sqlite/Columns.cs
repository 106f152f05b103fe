using System.Data;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

/// <summary>Yes or no, as 1 or 0.</summary>
internal sealed class FlagColumn : SqlMapper.TypeHandler<bool>
{
    public override bool Parse(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0;

    public override void SetValue(IDbDataParameter parameter, bool value) => parameter.Value = value ? 1L : 0L;
}

/// <summary>A moment, as milliseconds since 1970.</summary>
internal sealed class MomentColumn : SqlMapper.TypeHandler<DateTimeOffset>
{
    public override DateTimeOffset Parse(object value) => DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(value, CultureInfo.InvariantCulture));

    public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUnixTimeMilliseconds();
}

/// <summary>Numbers, with commas between them.</summary>
internal sealed class NumbersColumn : SqlMapper.TypeHandler<IReadOnlyList<long>>
{
    public override IReadOnlyList<long> Parse(object value) =>
        [.. ((string)value).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => long.Parse(one, CultureInfo.InvariantCulture))];

    public override void SetValue(IDbDataParameter parameter, IReadOnlyList<long>? value) => parameter.Value = string.Join(',', value ?? []);
}

/// <summary>A value as the JSON of results.</summary>
internal sealed class JsonColumn<T> : SqlMapper.TypeHandler<T>
{
    public override T? Parse(object value) => JsonSerializer.Deserialize<T>((string)value, ResultJson.Options);

    public override void SetValue(IDbDataParameter parameter, T? value) =>
        parameter.Value = value is null ? DBNull.Value : JsonSerializer.Serialize(value, ResultJson.Options);
}
