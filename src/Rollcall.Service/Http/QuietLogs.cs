using Microsoft.Extensions.Logging;

namespace Rollcall.Service.Http;

/// <summary>The program's log without ASP.NET's lines about each request: their addresses can hold people and keys.</summary>
internal sealed class QuietLogs(ILoggerFactory logs) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? new Quiet(logs.CreateLogger(categoryName)) : logs.CreateLogger(categoryName);

    public void AddProvider(ILoggerProvider provider) => logs.AddProvider(provider);

    /// <summary>The log is the program's, which goes on.</summary>
    public void Dispose()
    {
    }

    private sealed class Quiet(ILogger log) : ILogger
    {
        // Scopes name the request's path.
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
