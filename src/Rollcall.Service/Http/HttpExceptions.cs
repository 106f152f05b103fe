namespace Rollcall.Service.Http;

/// <summary>There is nothing of this name: 404.</summary>
internal sealed class NotFoundException(string message) : Exception(message);

/// <summary>The caller may not do it: 403.</summary>
internal sealed class ForbiddenException(string message) : Exception(message);

/// <summary>The request does not say what it replaces: 428.</summary>
internal sealed class PreconditionException(string message) : Exception(message);
