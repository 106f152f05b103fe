using System.Globalization;

namespace Rollcall.Cli.Demo;

/// <summary>A customer of the demo's record shop.</summary>
internal sealed class DemoCustomer
{
    public required int Id { get; init; }

    public required string Email { get; init; }

    public required string FirstName { get; init; }

    public required string LastName { get; init; }

    public required string Country { get; set; }

    public required string Format { get; init; }

    public required string Points { get; set; }

    public required decimal[] Orders { get; init; }
}

/// <summary>
/// A sample record shop: customers and orders in two CSV files, always the same for the same number of people.
/// Like real data, it has flaws: missing and malformed addresses, duplicate people, text in a numeric column.
/// </summary>
internal sealed class DemoShop
{
    private static readonly string[] _firstNames =
    [
        "Ada", "Amara", "Ana", "Anton", "Aoife", "Bela", "Bruno", "Carla", "Chen", "Dagny", "Davi", "Elif", "Emeka", "Fatima", "Finn", "Gabriela",
        "Hana", "Hugo", "Ines", "Ivo", "Joana", "Kofi", "Lars", "Leila", "Luca", "Maeve", "Mateus", "Mina", "Nadia", "Noor", "Olga", "Otto",
        "Paula", "Pedro", "Quinn", "Rafael", "Rosa", "Sven", "Tarek", "Thiago", "Uma", "Vera", "Wanda", "Yara", "Zoé",
    ];

    private static readonly string[] _lastNames =
    [
        "Almeida", "Andersen", "Barbosa", "Becker", "Costa", "Diallo", "Dubois", "Eriksen", "Ferreira", "Fischer", "García", "Haddad", "Ilic",
        "Jansen", "Kaya", "Kowalski", "Laurent", "Lima", "Moreau", "Müller", "Nakamura", "Novák", "O'Brien", "Okafor", "Oliveira", "Pereira",
        "Petrov", "Rocha", "Rossi", "Santos", "Schmidt", "Silva", "Souza", "Tanaka", "Vargas", "Weber", "Yilmaz", "Zhang",
    ];

    private static readonly string[] _countries = ["Brazil", "Brazil", "Brazil", "Portugal", "Germany", "Germany", "France", "Ireland", "Poland", "Spain",
        "Sweden", "Turkey"];

    private static readonly string[] _formats = ["vinyl", "vinyl", "digital", "digital", "cd"];

    private static readonly string[] _domains = ["example.com", "example.org", "example.net"];

    private readonly Random _random = new(20_26);
    private readonly List<DemoCustomer> _customers;
    private int _lastId;

    public DemoShop(int members)
    {
        _customers = new List<DemoCustomer>(members);
        for (var i = 0; i < members; i++)
        {
            _customers.Add(Customer());
        }
    }

    public IReadOnlyList<DemoCustomer> Customers => _customers;

    public bool Has(string email) => _customers.Any(customer => string.Equals(customer.Email, email, StringComparison.OrdinalIgnoreCase));

    /// <summary>A day at the shop: customers close their accounts, collect points, move abroad, and new ones come.</summary>
    public DemoDay PassDay()
    {
        var left = _customers.RemoveAll(customer => customer.Id % 100 == 31);
        var collected = 0;
        var moved = 0;
        foreach (var customer in _customers)
        {
            if (customer.Id % 50 == 21)
            {
                customer.Points = (1000 + customer.Id).ToString(CultureInfo.InvariantCulture);
                collected++;
            }

            if (customer.Id % 40 == 13 && customer.Country == "Brazil")
            {
                customer.Country = "Portugal";
                moved++;
            }
        }

        var came = Math.Max(1, _customers.Count / 100);
        for (var i = 0; i < came; i++)
        {
            _customers.Add(Customer());
        }

        return new DemoDay(came, collected, moved, left);
    }

    /// <summary>Writes <c>customers.csv</c> and <c>orders.csv</c> into a folder.</summary>
    public void Write(string folder)
    {
        using var customers = new StreamWriter(Path.Combine(folder, "customers.csv"));
        using var orders = new StreamWriter(Path.Combine(folder, "orders.csv"));
        customers.Write("customer_id,email,first_name,last_name,country,format,points\n");
        orders.Write("customer_id,total\n");
        foreach (var one in _customers)
        {
            customers.Write($"{one.Id},{one.Email},{one.FirstName},{one.LastName},{one.Country},{one.Format},{one.Points}\n");
            foreach (var total in one.Orders)
            {
                orders.Write(string.Create(CultureInfo.InvariantCulture, $"{one.Id},{total:0.00}\n"));
            }
        }
    }

    private DemoCustomer Customer()
    {
        var id = ++_lastId;
        var first = Any(_firstNames);
        var last = Any(_lastNames);
        var local = Plain($"{first}.{last}");
        var email = $"{local}{id}@{Any(_domains)}";
        return new DemoCustomer
        {
            Id = id,
            FirstName = first,
            LastName = last,
            Email = (id % 1000) switch
            {
                105 => "",
                207 => $"{local}{id}.example.com",
                303 when _customers.Count > 0 => _customers[^1].Email.ToUpperInvariant(),
                _ => email,
            },
            Country = Any(_countries),
            Format = Any(_formats),
            Points = id % 2000 == 409 ? "n/a" : _random.Next(0, 900).ToString(CultureInfo.InvariantCulture),
            Orders = [.. Enumerable.Range(0, _random.Next(0, 5)).Select(_ => _random.Next(500, 12_000) / 100m)],
        };
    }

    private string Any(string[] words) => words[_random.Next(words.Length)];

    private static string Plain(string name) => string.Concat(name.ToLowerInvariant().Select(letter => letter switch
    {
        'é' => 'e',
        'í' => 'i',
        'á' => 'a',
        'ü' => 'u',
        _ => letter,
    }));
}

/// <summary>What happened in a day at the shop.</summary>
internal sealed record DemoDay(int Came, int CollectedPoints, int Moved, int Left);
