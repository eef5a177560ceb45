using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IS JSON", "string IS [NOT] JSON [{ VALUE | SCALAR | ARRAY | OBJECT }]", Doc = "Whether a text is JSON, of a kind.", Example = "'{}' IS JSON OBJECT = TRUE")]
public sealed class IsJson : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length == 2 && given.All(t => Take.Text(t) is not null) ? ([SqlType.String, SqlType.String], SqlType.Boolean) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(call.Constant(1) ?? "VALUE"));

    private readonly struct Kernel(string kind) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var reader = new Utf8JsonReader(((TextColumn)arguments[0])[row]);
            bool holds = false;
            try
            {
                if (reader.Read())
                {
                    bool isObject = reader.TokenType == JsonTokenType.StartObject, isArray = reader.TokenType == JsonTokenType.StartArray;
                    holds = kind switch { "OBJECT" => isObject, "ARRAY" => isArray, "SCALAR" => !isObject && !isArray, _ => true };
                    while (reader.Read()) ;
                }
            }
            catch (JsonException)
            {
                holds = false;
            }

            ((FixedBuilder<byte>)to).Add(holds ? (byte)1 : (byte)0);
        }
    }
}
