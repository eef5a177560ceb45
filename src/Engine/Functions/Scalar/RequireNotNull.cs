using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("NOT_NULL", "NOT_NULL(value)", Nulls = NullRule.Called, Doc = "The value; a NULL fails the job. Stands before sink columns that are NOT NULL.", Example = "NOT_NULL(1) = 1")]
public sealed class RequireNotNull : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments.Length == 1 ? new ResolvedCall(Name, [arguments[0].Type], arguments[0].Type.NotNull) : null;

    public override Node Bind(BoundCall call) => new RequiredNode(call.Type, call.Arguments[0]);

    private sealed class RequiredNode(SqlType type, Node operand) : Node(type)
    {
        public override bool Guarded => true;

        public override Column Evaluate(in Rows rows)
        {
            Column column = operand.Evaluate(rows);
            if (!column.Nulls.Any) return column;
            if (rows.All)
            {
                for (int row = 0; row < rows.Length; row++) Check(column, row);
            }
            else
            {
                foreach (int row in rows.Selected) Check(column, row);
            }
            return column;
        }

        private static void Check(Column column, int row)
        {
            if (column.IsNull(row)) throw new EvaluationException("a NULL came for a column that is NOT NULL");
        }
    }
}
