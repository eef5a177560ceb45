using System.Runtime.CompilerServices;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>Exact arithmetic on unscaled DECIMALs: powers of ten, HALF_UP rounding, and products and quotients through 256 bits.</summary>
internal static class Int128Math
{
    private static readonly Int128[] Powers = [.. Enumerable.Range(0, 39).Select(Power)];
    private static readonly long[] LongPowers = [.. Enumerable.Range(0, 19).Select(n => (long)Power(n))];

    /// <summary>10^n, n ≤ 38.</summary>
    public static Int128 Pow10(int n) => Powers[n];

    /// <summary>10^n, n ≤ 18.</summary>
    public static long LongPow10(int n) => LongPowers[n];

    /// <summary>|value| &lt; 10^precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Fits(Int128 value, int precision)
    {
        var limit = Powers[precision];
        return value < limit && value > -limit;
    }

    /// <summary>value / divisor, the half rounded away from zero; divisor &gt; 0.</summary>
    public static Int128 DivideHalfUp(Int128 value, Int128 divisor)
    {
        var (q, r) = Int128.DivRem(value, divisor);
        if (r < 0) r = -r;
        return r >= divisor - r ? q + (value < 0 ? -1 : 1) : q;
    }

    /// <summary>value × 10^by, by may be negative (then rounded HALF_UP). False = does not fit 38 digits.</summary>
    public static bool Rescale(Int128 value, int by, out Int128 result)
    {
        if (by == 0) result = value;
        else if (by < 0) result = -by > 38 ? 0 : DivideHalfUp(value, Powers[-by]);
        else
        {
            result = 0;
            if (value == 0) return true;
            if (by > 38 || !Fits(value, 38 - by)) return false;
            result = value * Powers[by];
        }

        return true;
    }

    /// <summary>a × b / 10^drop, rounded HALF_UP. False = does not fit 38 digits.</summary>
    public static bool Multiply(Int128 a, Int128 b, int drop, out Int128 result)
    {
        bool negative = (a < 0) ^ (b < 0);
        var low = BigMul((UInt128)(a < 0 ? -a : a), (UInt128)(b < 0 ? -b : b), out var high);
        if (drop > 38)
        {
            // In two steps: what the first one cuts off is less than the half that the second looks for.
            var first = high == 0 ? low / (UInt128)Powers[38] : DivRem(high, low, (UInt128)Powers[38]).Quotient;
            result = DivideHalfUp((Int128)first, Powers[drop - 38]);
            if (negative) result = -result;
            return true;
        }

        return Quotient(high, low, (UInt128)Powers[drop], negative, out result);
    }

    /// <summary>a × 10^raise / b, rounded HALF_UP; raise ≤ 76, b ≠ 0. False = does not fit 38 digits.</summary>
    public static bool Divide(Int128 a, int raise, Int128 b, out Int128 result)
    {
        bool negative = (a < 0) ^ (b < 0);
        var x = (UInt128)(a < 0 ? -a : a);
        int first = Math.Min(raise, 38);
        var low = BigMul(x, (UInt128)Powers[first], out var high);
        if (raise > first)
        {
            // |a| × 10^raise beyond 256 bits cannot give a quotient of 38 digits unless b is as large; then a is small.
            var factor = (UInt128)Powers[raise - first];
            var low2 = BigMul(low, factor, out var carry);
            var high2 = BigMul(high, factor, out var over);
            result = 0;
            if (over != 0 || high2 + carry < carry) return false;
            (low, high) = (low2, high2 + carry);
        }

        return Quotient(high, low, (UInt128)(b < 0 ? -b : b), negative, out result);
    }

    private static bool Quotient(UInt128 high, UInt128 low, UInt128 divisor, bool negative, out Int128 result)
    {
        result = 0;
        UInt128 q, r;
        if (high == 0) (q, r) = UInt128.DivRem(low, divisor);
        else if (high >= divisor) return false;
        else (q, r) = DivRem(high, low, divisor);
        if (r >= divisor - r) q++;
        if (q >= (UInt128)Powers[38]) return false;
        result = negative ? -(Int128)q : (Int128)q;
        return true;
    }

    private static UInt128 BigMul(UInt128 a, UInt128 b, out UInt128 high)
    {
        ulong a0 = (ulong)a, a1 = (ulong)(a >> 64), b0 = (ulong)b, b1 = (ulong)(b >> 64);
        var p00 = (UInt128)a0 * b0;
        var p01 = (UInt128)a0 * b1;
        var p10 = (UInt128)a1 * b0;
        var middle = (p00 >> 64) + (ulong)p01 + (ulong)p10;
        high = ((UInt128)a1 * b1) + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
        return (middle << 64) | (ulong)p00;
    }

    // (high, low) / divisor with high < divisor: one quotient bit a step. Only DECIMALs of more than 19 digits on both sides come here.
    private static (UInt128 Quotient, UInt128 Remainder) DivRem(UInt128 high, UInt128 low, UInt128 divisor)
    {
        UInt128 q = 0;
        for (int i = 0; i < 128; i++)
        {
            bool carry = high >> 127 != 0;
            high = (high << 1) | (low >> 127);
            low <<= 1;
            q <<= 1;
            if (!carry && high < divisor) continue;
            high -= divisor;
            q |= 1;
        }

        return (q, high);
    }

    private static Int128 Power(int n)
    {
        Int128 p = 1;
        for (int i = 0; i < n; i++) p *= 10;
        return p;
    }
}
