using OrleansStream.Columns;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Runtime;

/// <summary>
/// What has arrived on one channel of an exchange, and how far it has been taken. A sub-batch is fed in pieces of at most a batch, with the watermarks that lie in it as
/// marks; other controls are taken alone.
/// </summary>
internal sealed class ChannelInput(int port, int channel, Schema schema, int batchSize)
{
    private readonly Queue<(SubBatch Part, FrameTicket Ticket)> _parts = new();
    private readonly Batch _view = Batch.CreateView(schema);
    private readonly Marks _marks = new();
    private readonly int _width = schema.Fields.Sum(f => Math.Max(16, f.Type.Width));
    private int _row;
    private int _control;

    public int Port => port;

    public int Channel => channel;

    public bool HasNext => _parts.Count > 0;

    public long Rows { get; private set; }

    /// <summary>Of sub-batches that are not taken to their end, by the width of their rows.</summary>
    public long Bytes { get; private set; }

    public void Add(SubBatch part, FrameTicket ticket)
    {
        _parts.Enqueue((part, ticket));
        Bytes += BytesOf(part);
    }

    /// <summary>
    /// Takes the next piece: rows with marks, or watermarks alone (<paramref name="raised"/> when the port's rose), or one other control. Exactly one is set; all null = nothing
    /// that matters was taken.
    /// </summary>
    public void Next(InputGate gate, out Batch? rows, out long? raised, out Control? control)
    {
        (rows, raised, control) = (null, null, null);
        var (part, ticket) = _parts.Peek();
        var controls = part.Controls.AsSpan();
        int length = part.Rows?.Length ?? 0;
        if (_row < length)
        {
            int end = Math.Min(length, _row + batchSize);
            for (int c = _control; c < controls.Length && controls[c].Row < end; c++)
                if (controls[c].Kind != ControlKind.Watermark) end = controls[c].Row;
            if (end > _row)
            {
                rows = Piece(gate, part, end);
                Pass(part, ticket, length);
                return;
            }
        }

        while (_control < controls.Length && controls[_control].Row <= _row)
        {
            var c = controls[_control++];
            if (c.Kind != ControlKind.Watermark)
            {
                control = c;
                break;
            }

            if (gate.Raise(port, channel, c.Value, out long combined)) raised = combined;
            if (_control < controls.Length && controls[_control].Kind != ControlKind.Watermark && raised is not null) break;
        }

        Pass(part, ticket, length);
    }

    private long BytesOf(SubBatch part) => ((part.Rows?.Length ?? 0) * (long)_width) + (part.Controls.Length * 16);

    private Batch Piece(InputGate gate, SubBatch part, int end)
    {
        _marks.Clear();
        var controls = part.Controls.AsSpan();
        while (_control < controls.Length && controls[_control] is { Kind: ControlKind.Watermark } c && c.Row <= end)
        {
            if (gate.Raise(port, channel, c.Value, out long combined)) _marks.Add(c.Row - _row, combined);
            _control++;
        }

        _view.ViewOf(part.Rows!, _row, end - _row);
        _view.Marks = _marks.Count > 0 ? _marks : null;
        Rows += end - _row;
        _row = end;
        return _view;
    }

    private void Pass(SubBatch part, FrameTicket ticket, int length)
    {
        if (_row < length || _control < part.Controls.Length) return;
        _parts.Dequeue();
        Bytes -= BytesOf(part);
        (_row, _control) = (0, 0);
        ticket.Taken();
    }
}
