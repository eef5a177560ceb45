using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Expressions;

/// <summary>A constant: a column that is filled once, with as many rows as a batch can have.</summary>
public sealed class LiteralNode : Node
{
    private readonly Column _all;
    private readonly Column _view;

    private LiteralNode(SqlType type, Column all) : base(type)
    {
        _all = all;
        _view = Column.Create(type);
    }

    public override bool IsConstant => true;

    public bool IsNull => _all.IsNull(0);

    /// <summary>The value in every row of a batch of any length.</summary>
    public Column All => _all;

    public static LiteralNode Null(SqlType type)
    {
        var builder = ColumnBuilder.Create(type);
        builder.AppendNulls(Batch.MaxRows);
        return new LiteralNode(type, builder.Build());
    }

    /// <summary>0 of a number or interval type.</summary>
    public static LiteralNode Zero(SqlType type)
    {
        var builder = ColumnBuilder.Create(type);
        builder.AppendNulls(Batch.MaxRows);
        var column = builder.Build();
        column.ClearNulls();
        return new LiteralNode(type, column);
    }

    /// <exception cref="InvalidDataException">the text is not one of the type's.</exception>
    public static LiteralNode Of(LiteralExpr literal, Evaluation evaluation)
    {
        var type = literal.Type;
        if (literal.Value is null) return Null(type);
        var texts = new TextBuilder(SqlType.String.NotNull);

        // A binary constant is written in hexadecimal: not every one of them is a text.
        texts.Append(type.IsBinary ? System.Convert.FromHexString(literal.Value) : Encoding.UTF8.GetBytes(literal.Value));
        var one = texts.Build();
        Column value;
        try
        {
            var source = new LiteralNode(type.IsBinary ? SqlType.Bytes.NotNull : SqlType.String.NotNull, one);
            value = Casting.To(source, type, evaluation).Evaluate(new Rows(1, default, true, 0));
        }
        catch (EvaluationException e)
        {
            throw new InvalidDataException($"constant of a plan: {e.Message}", e);
        }

        var builder = ColumnBuilder.Create(type);
        builder.Gather(value, new int[Batch.MaxRows]);
        return new LiteralNode(type, builder.Build());
    }

    /// <summary>The value of a node that depends on constants only, computed now; the node itself when it fails (it may stand in a branch that no row takes).</summary>
    public static Node Fold(Node node)
    {
        try
        {
            var builder = ColumnBuilder.Create(node.Type);
            builder.Gather(node.Evaluate(new Rows(1, default, true, 0)), new int[Batch.MaxRows]);
            return new LiteralNode(node.Type, builder.Build());
        }
        catch (EvaluationException)
        {
            return node;
        }
    }

    public override Column Evaluate(in Rows rows)
    {
        if (_all.Length == rows.Length) return _all;
        _view.ViewOf(_all, 0, rows.Length);
        return _view;
    }
}
