using System.Text;
using System.Text.Unicode;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>Reads a value of a type.</summary>
internal interface IParse<TR> where TR : struct
{
    /// <returns>false: malformed, or an integer too large for its type. A DECIMAL with too many digits sets <paramref name="isNull"/>.</returns>
    static abstract bool Parse(ReadOnlySpan<byte> text, SqlType type, ref TR result, ref bool isNull);
}

/// <summary>CAST of a text fails on what it cannot read, TRY_CAST gives NULL.</summary>
internal readonly struct FromText<TParse, TR>(SqlType type, bool isTry) : IUnary<Text, TR> where TParse : struct, IParse<TR> where TR : struct
{
    public bool Invoke(Text a, ref TR result)
    {
        bool isNull = false;
        if (TParse.Parse(a.Bytes, type, ref result, ref isNull)) return !isNull;
        return isTry ? false : throw new EvaluationException($"cannot cast '{Encoding.UTF8.GetString(a.Bytes)}' to {type.WithNullable(true)}");
    }
}

internal readonly struct ParseInteger<TR> : IParse<TR> where TR : struct, System.Numerics.IBinaryInteger<TR>, System.Numerics.IMinMaxValue<TR>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref TR result, ref bool isNull)
    {
        bool ok = NumberText.Integer(text, long.CreateTruncating(TR.MinValue), long.CreateTruncating(TR.MaxValue), out long value);
        result = TR.CreateTruncating(value);
        return ok;
    }
}

internal readonly struct ParseFloat<TR> : IParse<TR> where TR : struct, System.Numerics.IFloatingPointIeee754<TR>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref TR result, ref bool isNull) => NumberText.Float(text, out result);
}

internal readonly struct ParseDecimal<TR> : IParse<TR> where TR : struct, System.Numerics.IBinaryInteger<TR>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref TR result, ref bool isNull)
    {
        bool ok = NumberText.Decimal(text, type.Precision, type.Scale, out var value, out bool fits);
        result = TR.CreateTruncating(value);
        isNull = !fits;
        return ok;
    }
}

internal readonly struct ParseBoolean : IParse<bool>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref bool result, ref bool isNull)
    {
        Span<byte> lower = stackalloc byte[8];
        if (text.Length > lower.Length || Ascii.ToLower(text, lower, out int n) != System.Buffers.OperationStatus.Done) return false;
        var word = lower[..n];
        result = word.SequenceEqual("t"u8) || word.SequenceEqual("true"u8) || word.SequenceEqual("y"u8) || word.SequenceEqual("yes"u8) || word.SequenceEqual("1"u8);
        return result || word.SequenceEqual("f"u8) || word.SequenceEqual("false"u8) || word.SequenceEqual("n"u8) || word.SequenceEqual("no"u8) || word.SequenceEqual("0"u8);
    }
}

internal readonly struct ParseDate : IParse<int>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref int result, ref bool isNull) => TemporalParse.Date(text, out result);
}

internal readonly struct ParseTime : IParse<int>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref int result, ref bool isNull)
    {
        bool ok = TemporalParse.Time(text, out result);
        result -= result % (int)Int128Math.LongPow10(3 - Math.Min(3, type.Precision));
        return ok;
    }
}

internal readonly struct ParseNanos : IParse<Int128>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref Int128 result, ref bool isNull) => TemporalParse.Timestamp(text, out result);
}

internal readonly struct ParseMonths : IParse<int>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref int result, ref bool isNull)
    {
        bool ok = TemporalParse.Interval(text, true, out long value);
        result = (int)value;
        return ok;
    }
}

internal readonly struct ParseSpan : IParse<long>
{
    public static bool Parse(ReadOnlySpan<byte> text, SqlType type, ref long result, ref bool isNull) => TemporalParse.Interval(text, false, out result);
}

/// <summary>Writes a value of a type.</summary>
internal interface IPrint<TA> where TA : struct
{
    static abstract void Print(TA value, SqlType type, TextSink to);
}

internal readonly struct ToText<TPrint, TA>(SqlType from, SqlType to) : IUnary<TA, TextSink> where TPrint : struct, IPrint<TA> where TA : struct
{
    private readonly Length _length = new(to);

    public bool Invoke(TA a, ref TextSink result)
    {
        TPrint.Print(a, from, result);
        _length.Enforce(result);
        return true;
    }
}

internal readonly struct PrintInteger<TA> : IPrint<TA> where TA : struct, System.Numerics.IBinaryInteger<TA>
{
    public static void Print(TA value, SqlType type, TextSink to) => NumberText.Integer(long.CreateTruncating(value), to);
}

internal readonly struct PrintDouble : IPrint<double>
{
    public static void Print(double value, SqlType type, TextSink to) => to.Advance(JavaDouble.Format(value, to.Room(JavaDouble.MaxBytes)));
}

internal readonly struct PrintFloat : IPrint<float>
{
    public static void Print(float value, SqlType type, TextSink to) => to.Advance(JavaDouble.Format(value, to.Room(JavaDouble.MaxBytes)));
}

internal readonly struct PrintDecimal<TA> : IPrint<TA> where TA : struct, System.Numerics.IBinaryInteger<TA>
{
    public static void Print(TA value, SqlType type, TextSink to) => NumberText.Decimal(Int128.CreateTruncating(value), type.Scale, to);
}

internal readonly struct PrintBoolean : IPrint<bool>
{
    public static void Print(bool value, SqlType type, TextSink to) => to.Append(value ? "TRUE"u8 : "FALSE"u8);
}

internal readonly struct PrintDate : IPrint<int>
{
    public static void Print(int value, SqlType type, TextSink to) => TemporalText.Date(value, to);
}

internal readonly struct PrintTime : IPrint<int>
{
    public static void Print(int value, SqlType type, TextSink to) => TemporalText.Time(value, type.Precision, to);
}

internal readonly struct PrintMs : IPrint<long>
{
    public static void Print(long value, SqlType type, TextSink to) => TemporalText.Timestamp(value, type.Precision, to);
}

internal readonly struct PrintNanos : IPrint<Int128>
{
    public static void Print(Int128 value, SqlType type, TextSink to) => TemporalText.Timestamp(value, type.Precision, to);
}

internal readonly struct PrintMonths : IPrint<int>
{
    public static void Print(int value, SqlType type, TextSink to) => TemporalText.Months(value, to);
}

internal readonly struct PrintSpan : IPrint<long>
{
    public static void Print(long value, SqlType type, TextSink to) => TemporalText.Span(value, to);
}

/// <summary>Text to text: the length of the target. BYTES to text: must be UTF-8.</summary>
internal readonly struct TextToText(SqlType from, SqlType to, bool isTry) : IUnary<Text, TextSink>
{
    private readonly Length _length = new(to);
    private readonly bool _decode = from.IsBinary && to.IsText;

    public bool Invoke(Text a, ref TextSink result)
    {
        if (_decode && !Utf8.IsValid(a.Bytes)) return isTry ? false : throw new EvaluationException($"cannot cast BYTES to STRING: not UTF-8: {System.Convert.ToHexString(a.Bytes)}");
        result.Append(a.Bytes);
        _length.Enforce(result);
        return true;
    }
}

/// <summary>Pads CHAR(n) and BINARY(n), truncates these and VARCHAR(n), VARBINARY(n). Lengths of texts count code points.</summary>
internal readonly struct Length(SqlType type)
{
    private readonly int _length = type.Precision;
    private readonly bool _binary = type.IsBinary;
    private readonly bool _pads = type.Kind is TypeKind.Char or TypeKind.Binary;

    public void Enforce(TextSink text)
    {
        if (_length == SqlType.Unbounded) return;
        var bytes = text.Written;
        int count = 0, at = 0;
        if (_binary) (count, at) = (Math.Min(bytes.Length, _length), Math.Min(bytes.Length, _length));
        else
        {
            // Continuation bytes (10xxxxxx) belong to the code point before them.
            for (; at < bytes.Length; at++)
            {
                if ((bytes[at] & 0xC0) == 0x80) continue;
                if (count == _length) break;
                count++;
            }
        }

        text.Advance(at - bytes.Length);
        if (!_pads) return;
        for (; count < _length; count++) text.Append(_binary ? (byte)0 : (byte)' ');
    }
}
