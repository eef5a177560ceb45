using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("PARSE_URL", "PARSE_URL(string1, string2[, string3])", Doc = "A part of a URL: PROTOCOL, AUTHORITY, USERINFO, HOST, PATH, FILE, QUERY, REF, or with QUERY the value of a key; NULL if it has none.",
    Example = "PARSE_URL('http://user@flink.apache.org/path?query=1#Ref', 'HOST') = 'flink.apache.org'")]
public sealed class ParseUrl : ScalarFunction
{
    public ParseUrl()
    {
        Add(Overload.Of<Kernel, Text, Text, TextSink>(Take.Text, Take.Text, SqlType.String, true));
        Add(Overload.Of<Kernel, Text, Text, Text, TextSink>(Take.Text, Take.Text, Take.Text, SqlType.String, true));
    }

    // The protocols that java.net.URL knows; of any other there are no parts.
    private static bool Known(ReadOnlySpan<byte> protocol) =>
        protocol.SequenceEqual("http"u8) || protocol.SequenceEqual("https"u8) || protocol.SequenceEqual("ftp"u8) || protocol.SequenceEqual("file"u8) || protocol.SequenceEqual("jar"u8);

    private static bool Part(ReadOnlySpan<byte> url, ReadOnlySpan<byte> name, ref ReadOnlySpan<byte> part)
    {
        int colon = url.IndexOf("://"u8);
        if (colon < 0 || !Known(url[..colon])) return false;
        var rest = url[(colon + 3)..];
        int hash = rest.IndexOf((byte)'#');
        var reference = hash < 0 ? default : rest[(hash + 1)..];
        if (hash >= 0) rest = rest[..hash];
        int slash = rest.IndexOfAny((byte)'/', (byte)'?');
        var authority = slash < 0 ? rest : rest[..slash];
        var file = slash < 0 ? default : rest[slash..];
        int question = file.IndexOf((byte)'?');
        int at = authority.LastIndexOf((byte)'@');
        var host = authority[(at + 1)..];
        int port = host.LastIndexOf((byte)':');
        if (name.SequenceEqual("PROTOCOL"u8)) part = url[..colon];
        else if (name.SequenceEqual("AUTHORITY"u8)) part = authority;
        else if (name.SequenceEqual("HOST"u8)) part = port < 0 ? host : host[..port];
        else if (name.SequenceEqual("PATH"u8)) part = question < 0 ? file : file[..question];
        else if (name.SequenceEqual("FILE"u8)) part = file;
        else if (name.SequenceEqual("USERINFO"u8) && at >= 0) part = authority[..at];
        else if (name.SequenceEqual("QUERY"u8) && question >= 0) part = file[(question + 1)..];
        else if (name.SequenceEqual("REF"u8) && hash >= 0) part = reference;
        else return false;
        return true;
    }

    private readonly struct Kernel : IBinary<Text, Text, TextSink>, ITernary<Text, Text, Text, TextSink>
    {
        public bool Invoke(Text url, Text name, ref TextSink result)
        {
            ReadOnlySpan<byte> part = default;
            if (!Part(url.Bytes, name.Bytes, ref part)) return false;
            result.Append(part);
            return true;
        }

        public bool Invoke(Text url, Text name, Text key, ref TextSink result)
        {
            ReadOnlySpan<byte> query = default;
            if (!name.Bytes.SequenceEqual("QUERY"u8) || !Part(url.Bytes, name.Bytes, ref query)) return false;
            while (!query.IsEmpty)
            {
                int end = query.IndexOf((byte)'&');
                var pair = end < 0 ? query : query[..end];
                int equals = pair.IndexOf((byte)'=');
                if (equals >= 0 && pair[..equals].SequenceEqual(key.Bytes))
                {
                    result.Append(pair[(equals + 1)..]);
                    return true;
                }

                query = end < 0 ? default : query[(end + 1)..];
            }

            return false;
        }
    }
}
