using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace OrleansStream.Columns;

/// <summary>SQL text of types: the form that plans, EXPLAIN and DESCRIBE show, and its inverse.</summary>
public static class SqlTypeText
{
    /// <summary>An identifier as SQL text: bare when it is a plain word, else in backticks.</summary>
    public static string Quote(string name)
    {
        bool plain = name.Length > 0 && !char.IsAsciiDigit(name[0]);
        foreach (char c in name) plain &= char.IsAsciiLetterOrDigit(c) || c == '_';
        return plain ? name : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
    }

    public static string Print(SqlType t)
    {
        string body = t.Kind switch
        {
            TypeKind.Null => "NULL",
            TypeKind.Boolean => "BOOLEAN",
            TypeKind.TinyInt => "TINYINT",
            TypeKind.SmallInt => "SMALLINT",
            TypeKind.Int => "INT",
            TypeKind.BigInt => "BIGINT",
            TypeKind.Float => "FLOAT",
            TypeKind.Double => "DOUBLE",
            TypeKind.Decimal => $"DECIMAL({t.Precision}, {t.Scale})",
            TypeKind.Char => $"CHAR({t.Precision})",
            TypeKind.VarChar => t.Precision == SqlType.Unbounded ? "STRING" : $"VARCHAR({t.Precision})",
            TypeKind.Binary => $"BINARY({t.Precision})",
            TypeKind.VarBinary => t.Precision == SqlType.Unbounded ? "BYTES" : $"VARBINARY({t.Precision})",
            TypeKind.Date => "DATE",
            TypeKind.Time => $"TIME({t.Precision})",
            TypeKind.Timestamp => $"TIMESTAMP({t.Precision})",
            TypeKind.TimestampLtz => $"TIMESTAMP_LTZ({t.Precision})",
            TypeKind.IntervalYearMonth => "INTERVAL YEAR TO MONTH",
            TypeKind.IntervalDayTime => "INTERVAL DAY TO SECOND",
            TypeKind.Array => $"ARRAY<{t.Element}>",
            TypeKind.Multiset => $"MULTISET<{t.Element}>",
            TypeKind.Map => $"MAP<{t.Key}, {t.Element}>",
            TypeKind.Row => $"ROW<{string.Join(", ", t.Fields)}>",
            _ => throw new InvalidOperationException($"no text for {t.Kind}"),
        };
        return t.Nullable || t.Kind == TypeKind.Null ? body : body + " NOT NULL";
    }

    /// <summary>Reads what <see cref="Print"/> wrote.</summary>
    /// <exception cref="FormatException">the text is not a type.</exception>
    public static SqlType Parse(string text)
    {
        var reader = new Reader(text);
        var type = reader.Type();
        reader.End();
        return type;
    }

    private sealed class Reader(string text)
    {
        private int _at;

        public SqlType Type()
        {
            string word = Word();
            var type = word switch
            {
                "NULL" => SqlType.Null,
                "BOOLEAN" => SqlType.Boolean,
                "TINYINT" => SqlType.TinyInt,
                "SMALLINT" => SqlType.SmallInt,
                "INT" => SqlType.Int,
                "BIGINT" => SqlType.BigInt,
                "FLOAT" => SqlType.Float,
                "DOUBLE" => SqlType.Double,
                "STRING" => SqlType.String,
                "BYTES" => SqlType.Bytes,
                "DATE" => SqlType.Date,
                "DECIMAL" => Decimal(),
                "CHAR" => Sized(TypeKind.Char),
                "VARCHAR" => Sized(TypeKind.VarChar),
                "BINARY" => Sized(TypeKind.Binary),
                "VARBINARY" => Sized(TypeKind.VarBinary),
                "TIME" => Sized(TypeKind.Time),
                "TIMESTAMP" => Sized(TypeKind.Timestamp),
                "TIMESTAMP_LTZ" => Sized(TypeKind.TimestampLtz),
                "INTERVAL" => Interval(),
                "ARRAY" => SqlType.Array(Angle()),
                "MULTISET" => SqlType.Multiset(Angle()),
                "MAP" => Map(),
                "ROW" => Row(),
                _ => throw Bad(),
            };
            if (type.Kind != TypeKind.Null && TryWords("NOT", "NULL")) type = type.NotNull;
            return type;
        }

        public void End()
        {
            Space();
            if (_at != text.Length) throw Bad();
        }

        private SqlType Decimal()
        {
            Expect('(');
            int p = Number();
            Expect(',');
            int s = Number();
            Expect(')');
            return SqlType.Decimal(p, s);
        }

        private SqlType Sized(TypeKind kind)
        {
            Expect('(');
            int n = Number();
            Expect(')');
            return new SqlType(kind, true, n);
        }

        private SqlType Interval() => TryWords("YEAR", "TO") && TryWords("MONTH") ? new SqlType(TypeKind.IntervalYearMonth)
            : TryWords("DAY", "TO") && TryWords("SECOND") ? new SqlType(TypeKind.IntervalDayTime) : throw Bad();

        private SqlType Angle()
        {
            Expect('<');
            var t = Type();
            Expect('>');
            return t;
        }

        private SqlType Map()
        {
            Expect('<');
            var k = Type();
            Expect(',');
            var v = Type();
            Expect('>');
            return SqlType.Map(k, v);
        }

        private SqlType Row()
        {
            Expect('<');
            var fields = ImmutableArray.CreateBuilder<Field>();
            while (!Try('>'))
            {
                if (fields.Count > 0) Expect(',');
                string name = Name();
                fields.Add(new Field(name, Type()));
            }

            return SqlType.Row(fields.ToImmutable());
        }

        private string Name()
        {
            Space();
            if (_at < text.Length && text[_at] != '`') return Word();
            var b = new StringBuilder();
            for (_at++; _at < text.Length; _at++)
            {
                if (text[_at] != '`') b.Append(text[_at]);
                else if (_at + 1 < text.Length && text[_at + 1] == '`') b.Append(text[_at++]);
                else
                {
                    _at++;
                    return b.ToString();
                }
            }

            throw Bad();
        }

        private string Word()
        {
            Space();
            int from = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) _at++;
            return _at > from ? text[from.._at] : throw Bad();
        }

        private bool TryWords(params ReadOnlySpan<string> words)
        {
            int back = _at;
            foreach (string w in words)
            {
                Space();
                if (string.CompareOrdinal(text, _at, w, 0, w.Length) != 0)
                {
                    _at = back;
                    return false;
                }

                _at += w.Length;
            }

            return true;
        }

        private int Number() => int.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : throw Bad();

        private void Space()
        {
            while (_at < text.Length && text[_at] == ' ') _at++;
        }

        private bool Try(char c)
        {
            Space();
            if (_at >= text.Length || text[_at] != c) return false;
            _at++;
            return true;
        }

        private void Expect(char c)
        {
            if (!Try(c)) throw Bad();
        }

        private FormatException Bad() => new($"not a type: '{text}' (at {_at})");
    }
}
