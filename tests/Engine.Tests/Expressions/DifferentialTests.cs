using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;
using Xunit;

namespace OrleansStream.Engine.Tests.Expressions;

/// <summary>
/// Expressions over random batches (every length to 2,048, NULLs, selections, slices at odd offsets) against a plain evaluation row by row over boxed values.
/// </summary>
public class DifferentialTests
{
    private static readonly Schema Input = Schema.Of(
        ("i", SqlType.Int), ("j", SqlType.Int), ("l", SqlType.BigInt), ("m", SqlType.BigInt), ("d", SqlType.Double), ("e", SqlType.Double),
        ("b", SqlType.Boolean), ("c", SqlType.Boolean), ("s", SqlType.String), ("t", SqlType.String), ("n", SqlType.Decimal(10, 2)), ("w", SqlType.Decimal(30, 4)));

    private static readonly int[] Ints = [0, 1], Longs = [2, 3], Doubles = [4, 5], Bools = [6, 7], Texts = [8, 9];

    // ---- expressions ----
    private static Expr Call(string name, params ImmutableArray<Expr> arguments) => ExpressionTests.Call(name, arguments);

    private static Gen<Expr> Column(int[] of) => Gen.OneOf([.. of.Select(i => Gen.Const<Expr>(new ColumnExpr(i, Input[i].Type)))]);

    private static Gen<Expr> Leaf(TypeKind kind) => kind switch
    {
        TypeKind.Int => Gen.OneOf(Column(Ints), Gen.Int[-3, 3].Select(Expr (v) => new LiteralExpr(v.ToString(CultureInfo.InvariantCulture), SqlType.Int.NotNull))),
        TypeKind.BigInt => Gen.OneOf(Column(Longs), Gen.Long[-3, 3].Select(Expr (v) => new LiteralExpr(v.ToString(CultureInfo.InvariantCulture), SqlType.BigInt.NotNull))),
        TypeKind.Double => Gen.OneOf(Column(Doubles), Gen.Int[-3, 3].Select(Expr (v) => new LiteralExpr($"{v}.5", SqlType.Double.NotNull))),
        TypeKind.Boolean => Gen.OneOf(Column(Bools), Gen.Bool.Select(Expr (v) => new LiteralExpr(v ? "TRUE" : "FALSE", SqlType.Boolean.NotNull)), Gen.Const<Expr>(new LiteralExpr(null, SqlType.Boolean))),
        _ => Gen.OneOf(Column(Texts), Gen.OneOf(Gen.Const("a"), Gen.Const("abc"), Gen.Const("a text longer than a view")).Select(Expr (v) => new LiteralExpr(v, SqlType.String.NotNull))),
    };

    private static Gen<Expr> Of(TypeKind kind, int depth)
    {
        if (depth == 0) return Leaf(kind);
        var self = Of(kind, depth - 1);
        var condition = Of(TypeKind.Boolean, depth - 1);
        var branch = Gen.Select(condition, self, self, Expr (c, x, y) => Call("CASE", c, x, y));
        var coalesce = Gen.Select(self, self, Expr (x, y) => Call("COALESCE", x, y));
        var shared = self.Select(Expr (x) => Call("CASE", Call("IS NULL", x), x, x));
        Gen<Expr> own = kind switch
        {
            TypeKind.Int or TypeKind.BigInt or TypeKind.Double => Gen.Select(Gen.OneOf(Gen.Const("+"), Gen.Const("-"), Gen.Const("*")), self, self, Expr (o, x, y) => Call(o, x, y)),
            TypeKind.Boolean => Gen.OneOf(
                Gen.Select(Gen.OneOf(Gen.Const("AND"), Gen.Const("OR")), self, self, Expr (o, x, y) => Call(o, x, y)),
                self.Select(Expr (x) => Call("NOT", x)),
                self.Select(Expr (x) => Call("IS TRUE", x)),
                Comparison(TypeKind.Int, depth - 1), Comparison(TypeKind.BigInt, depth - 1), Comparison(TypeKind.Double, depth - 1), Comparison(TypeKind.VarChar, depth - 1), Comparison(TypeKind.Boolean, depth - 1),
                Of(TypeKind.VarChar, depth - 1).Select(Expr (x) => Call("IS NOT NULL", x)),
                Guarded(depth - 1)),
            _ => Gen.OneOf(Gen.Select(self, self, Expr (x, y) => Call("||", x, y)), self.Select(Expr (x) => Call("UPPER", x)), Of(TypeKind.BigInt, depth - 1).Select(Expr (x) => new CastExpr(x, SqlType.String))),
        };
        return Gen.OneOf(own, branch, coalesce, shared, Leaf(kind));
    }

    private static Gen<Expr> Comparison(TypeKind kind, int depth) => Gen.Select(
        Gen.OneOf(Gen.Const("="), Gen.Const("<>"), Gen.Const("<"), Gen.Const("<="), Gen.Const(">"), Gen.Const(">=")), Of(kind, depth), Of(kind, depth), Expr (o, x, y) => Call(o, x, y));

    // x <> 0 AND 7 / x > y: must not divide where it is zero.
    private static Gen<Expr> Guarded(int depth) => Gen.Select(Of(TypeKind.Int, depth), Of(TypeKind.Int, depth), Expr (x, y) =>
        Call("AND", Call("<>", x, new LiteralExpr("0", SqlType.Int.NotNull)), Call(">", Call("/", new LiteralExpr("7", SqlType.Int.NotNull), x), y)));

    // ---- the plain evaluation ----
    private static object? Reference(Expr e, object?[] row)
    {
        switch (e)
        {
            case ColumnExpr c: return row[c.Index];
            case LiteralExpr l: return l.Value is null ? null : Parse(l.Value, l.Type.Kind);
            case CastExpr c: return Reference(c.Operand, row) is { } v ? Convert.ToString(v, CultureInfo.InvariantCulture) : null;
            case CallExpr c: return Call(c, row);
            default: throw new NotSupportedException();
        }
    }

    private static object Parse(string text, TypeKind kind) => kind switch
    {
        TypeKind.Int => int.Parse(text, CultureInfo.InvariantCulture),
        TypeKind.BigInt => long.Parse(text, CultureInfo.InvariantCulture),
        TypeKind.Double => double.Parse(text, CultureInfo.InvariantCulture),
        TypeKind.Boolean => text == "TRUE",
        _ => text,
    };

    private static object? Call(CallExpr c, object?[] row)
    {
        object? Arg(int i) => Reference(c.Arguments[i], row);
        switch (c.Function)
        {
            case "CASE": return Arg(0) is true ? Arg(1) : Arg(2);
            case "COALESCE": return Arg(0) ?? Arg(1);
            case "AND": return Arg(0) is false ? false : Arg(1) is false ? false : Arg(0) is null || Arg(1) is null ? null : true;
            case "OR": return Arg(0) is true ? true : Arg(1) is true ? true : Arg(0) is null || Arg(1) is null ? null : false;
            case "NOT": return Arg(0) is bool b ? !b : null;
            case "IS TRUE": return Arg(0) is true;
            case "IS NULL": return Arg(0) is null;
            case "IS NOT NULL": return Arg(0) is not null;
        }

        if (Arg(0) is not { } x || (c.Arguments.Length > 1 && Arg(1) is null)) return null;
        object? y = c.Arguments.Length > 1 ? Arg(1) : null;
        switch (c.Function)
        {
            case "UPPER": return ((string)x).ToUpperInvariant();
            case "||": return (string)x + (string)y!;
            case "+" or "-" or "*" or "/":
                return (x, y) switch
                {
                    (int a, int b) => (object)unchecked(c.Function switch { "+" => a + b, "-" => a - b, "*" => a * b, _ => a / b }),
                    (long a, long b) => unchecked(c.Function switch { "+" => a + b, "-" => a - b, _ => a * b }),
                    (double a, double b) => c.Function switch { "+" => a + b, "-" => a - b, _ => a * b },
                    _ => throw new NotSupportedException(),
                };
        }

        if (x is double p && y is double q) return c.Function switch { "=" => p == q, "<>" => p != q, "<" => p < q, "<=" => p <= q, ">" => p > q, _ => p >= q };
        int order = x is string s ? string.CompareOrdinal(s, (string)y!) : ((IComparable)x).CompareTo(y);
        return c.Function switch { "=" => order == 0, "<>" => order != 0, "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    // ---- batches ----
    private static readonly Gen<object?[][]> Rows = Gen.OneOf(Gen.Int[1, 70], Gen.Int[1, Batch.MaxRows]).SelectMany(n => Gen.Select(Gen.Int[0, 4], Gen.UInt, (nulls, seed) =>
    {
        var random = new Random((int)seed);
        string[] texts = ["a", "b", "abc", "ABC", "a text longer than a view", "a text longer than a vieW"];
        double[] doubles = [0.5, -0.5, 0, -0.0, double.NaN, double.PositiveInfinity, 1.5];
        object? Value(int column) => nulls > 0 && random.Next(nulls * 2) == 0 ? null : column switch
        {
            0 or 1 => random.Next(10) == 0 ? int.MaxValue : random.Next(-3, 4),
            2 or 3 => random.Next(10) == 0 ? long.MinValue : random.Next(-3, 4) * 1L,
            4 or 5 => doubles[random.Next(doubles.Length)],
            6 or 7 => random.Next(2) == 0,
            _ => texts[random.Next(texts.Length)],
        };
        return Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, Input.Count - 2).Select(Value).Append(null).Append(null).ToArray()).ToArray();
    }));

    private static Batch Build(object?[][] rows, int offset, bool select, int seed, out int[] positions)
    {
        // The batch is a view into a longer one, so that values and null bits start at odd places.
        var builder = new BatchBuilder(Input);
        foreach (object?[] row in Enumerable.Repeat(rows[0], offset).Concat(rows))
        {
            for (int c = 0; c < row.Length; c++)
            {
                var to = builder.Columns[c];
                switch (row[c])
                {
                    case null: to.AppendNulls(1); break;
                    case int v: ((FixedBuilder<int>)to).Append(1)[0] = v; break;
                    case long v: ((FixedBuilder<long>)to).Append(1)[0] = v; break;
                    case double v: ((FixedBuilder<double>)to).Append(1)[0] = v; break;
                    case bool v: ((FixedBuilder<byte>)to).Append(1)[0] = v ? (byte)1 : (byte)0; break;
                    case string v: ((TextBuilder)to).Append(System.Text.Encoding.UTF8.GetBytes(v)); break;
                }
            }

            builder.Advance(1);
        }

        var view = Batch.CreateView(Input);
        view.ViewOf(builder.Build(), offset, rows.Length);
        positions = [.. Enumerable.Range(0, rows.Length)];
        if (!select) return view;
        var random = new Random(seed);
        int often = random.Next(1, 12);
        positions = [.. positions.Where(_ => random.Next(often) == 0)];
        if (positions.Length == 0) positions = [rows.Length - 1];
        view.Selection = new Selection();
        positions.CopyTo(view.Selection.Writable(positions.Length));
        view.Selection.SetCount(positions.Length);
        return view;
    }

    private static string Show(object? value) => value switch
    {
        null => "NULL",
        bool b => b ? "TRUE" : "FALSE",
        double d => Rowset.Texts(Of(d), [0])[0]!,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static FixedColumn<double> Of(double d)
    {
        var column = new FixedColumn<double>(SqlType.Double);
        column.Set([d], 0, 1, default);
        return column;
    }

    private static readonly TypeKind[] Kinds = [TypeKind.Int, TypeKind.BigInt, TypeKind.Double, TypeKind.Boolean, TypeKind.VarChar];

    [Fact]
    public void Values_equal_the_plain_evaluation() =>
        Gen.Select(Gen.OneOf([.. Kinds.Select(k => Of(k, 3))]).Array[1, 3], Rows, Gen.Int[0, 67], Gen.Bool, Gen.Int[0, 1000]).Sample((exprs, rows, offset, select, seed) =>
        {
            var batch = Build(rows, offset, select, seed, out int[] positions);
            var evaluator = Evaluator.Bind([.. exprs], Input, Rowset.Context);
            var results = new Column[exprs.Length];
            for (int round = 0; round < 2; round++)
            {
                evaluator.Evaluate(batch, results);
                for (int e = 0; e < exprs.Length; e++)
                {
                    var actual = Rowset.Texts(results[e], positions);
                    Assert.Equal(rows.Length, results[e].Length);
                    for (int i = 0; i < positions.Length; i++)
                    {
                        string expected = Show(Reference(exprs[e], rows[positions[i]]));
                        if (expected != (actual[i] ?? "NULL")) Assert.Fail($"{exprs[e]} at row {positions[i]} of {rows.Length}, round {round}: expected {expected}, got {actual[i] ?? "NULL"}");
                    }
                }
            }
        }, iter: 400);

    [Fact]
    public void Predicates_keep_the_rows_that_are_true() =>
        Gen.Select(Of(TypeKind.Boolean, 3), Rows, Gen.Int[0, 67], Gen.Bool, Gen.Int[0, 1000]).Sample((condition, rows, offset, select, seed) =>
        {
            var batch = Build(rows, offset, select, seed, out int[] positions);
            var kept = new Selection();
            var predicate = Predicate.Bind(condition, Input, Rowset.Context);
            predicate.Filter(batch, kept);
            Assert.Equal(positions.Where(p => Reference(condition, rows[p]) is true), kept.Rows.ToArray());
        }, iter: 400);

    [Fact]
    public void Decimals_equal_big_integers()
    {
        var digits = Gen.Select(Gen.Int[1, 38], Gen.Int[0, 38], Gen.ULong, Gen.ULong, Gen.Bool).Select((p, s, hi, lo, negative) =>
        {
            var value = (((BigInteger)hi << 64) | lo) % BigInteger.Pow(10, p);
            return (Type: SqlType.Decimal(p, Math.Min(s, p)), Value: negative ? -value : value);
        });
        Gen.Select(digits, digits, Gen.OneOf(Gen.Const("+"), Gen.Const("-"), Gen.Const("*"), Gen.Const("/"), Gen.Const("%"))).Sample((a, b, op) =>
        {
            if (b.Value.IsZero && op is "/" or "%") return;
            var e = Call(op, new LiteralExpr(Text(a.Value, a.Type.Scale), a.Type), new LiteralExpr(Text(b.Value, b.Type.Scale), b.Type));
            int scale = e.Type.Scale;

            // Exact as a fraction, then HALF_UP to the result's scale.
            BigInteger one = BigInteger.Pow(10, a.Type.Scale), two = BigInteger.Pow(10, b.Type.Scale);
            var (top, bottom) = op switch
            {
                "+" => ((a.Value * two) + (b.Value * one), one * two),
                "-" => ((a.Value * two) - (b.Value * one), one * two),
                "*" => (a.Value * b.Value, one * two),
                "/" => (a.Value * two, b.Value * one),
                _ => (BigInteger.Remainder(a.Value * two, b.Value * one), one * two),
            };
            if (bottom.Sign < 0) (top, bottom) = (-top, -bottom);
            top *= BigInteger.Pow(10, scale);
            var rounded = BigInteger.Divide((BigInteger.Abs(top) * 2) + bottom, bottom * 2) * (top.Sign < 0 ? -1 : 1);
            string? expected = BigInteger.Abs(rounded) >= BigInteger.Pow(10, e.Type.Precision) ? null : Text(rounded, scale);
            Assert.Equal(expected, Rowset.Evaluate(e));
        }, iter: 3000);
    }

    private static string Text(BigInteger unscaled, int scale)
    {
        string s = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (unscaled.Sign < 0 ? "-" : "") + (scale == 0 ? s : $"{s[..^scale]}.{s[^scale..]}");
    }
}
