namespace OrleansStream.Sql.Diagnostics;

/// <summary>
/// The codes of everything a script's author can get wrong. A code never changes its meaning and is never reused;
/// each has a golden text in tests/Golden/errors.
/// </summary>
public static class Codes
{
    public const string Syntax = "OS1001";
    public const string Unterminated = "OS1002";
    public const string UnknownTable = "OS1003";
    public const string UnknownColumn = "OS1004";
    public const string AmbiguousColumn = "OS1005";
    public const string UnknownFunction = "OS1006";
    public const string WrongArguments = "OS1007";
    public const string TypeMismatch = "OS1008";
    public const string InvalidLiteral = "OS1009";
    public const string NotGrouped = "OS1010";
    public const string Duplicate = "OS1011";
    public const string InvalidCast = "OS1012";
    public const string ReservedWord = "OS1013";
    public const string InvalidType = "OS1014";
    public const string MisplacedAggregate = "OS1015";
    public const string DivisionByZero = "OS1016";
    public const string ColumnCount = "OS1017";
    public const string SinkType = "OS1018";
    public const string TimeAttribute = "OS1019";
    public const string WindowArguments = "OS1020";
    public const string Watermark = "OS1021";
    public const string TableDefinition = "OS1022";
    public const string UnknownHint = "OS1023";

    public const string UnknownConnector = "OS2001";
    public const string UnknownOption = "OS2002";
    public const string MissingOption = "OS2003";
    public const string InvalidOption = "OS2004";
    public const string ConnectorRole = "OS2005";

    public const string UpdatesRefused = "OS3001";
    public const string NotSupported = "OS3002";
    public const string UpsertKey = "OS3003";

    public const string NothingToRun = "OS4001";
    public const string SeveralJobs = "OS4002";
}
