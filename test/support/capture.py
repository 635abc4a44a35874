"""Reads every packet of one network interface until its input ends, and says which of the marked texts were in them.

usage: capture.py INTERFACE. Input: one text per line, then `end of marks`; then it says `capturing`. At the end of its input
it prints JSON: packets, bytes of TCP payload, how many packets the kernel dropped, and each text that was found, by its number
in the input, with the two ends of the connection.
"""
import json
import select
import socket
import struct
import sys

ETH_P_ALL, SO_RCVBUFFORCE = 0x0003, 33
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_STATISTICS, PACKET_MR_PROMISC = 263, 1, 6, 1
BUFFER_BYTES = 64 * 1024 * 1024


def marks_of(stream):
    marks = []
    for line in stream:
        text = line.rstrip('\n')
        if text == 'end of marks':
            return marks
        marks.append(text.encode())
    raise SystemExit('the marks have no end')


def payload_of(frame):
    """Ends of the connection and payload of a TCP packet over IPv4, else None."""
    if len(frame) < 34 or frame[12:14] != b'\x08\x00' or frame[23] != socket.IPPROTO_TCP:
        return None
    begin = 14 + (frame[14] & 15) * 4
    total = 14 + struct.unpack('!H', frame[16:18])[0]
    source, destination = struct.unpack('!HH', frame[begin:begin + 4])
    data = frame[begin + (frame[begin + 12] >> 4) * 4:total]
    address = [socket.inet_ntoa(frame[at:at + 4]) for at in (26, 30)]
    return (f'{address[0]}:{source}', f'{address[1]}:{destination}'), data


def main():
    marks = marks_of(sys.stdin)
    longest = max(map(len, marks))
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    packets.bind((sys.argv[1], 0))
    # A bridge shows what passes between two of its ports to who listens to everything.
    everything = struct.pack('IHH8s', socket.if_nametoindex(sys.argv[1]), PACKET_MR_PROMISC, 0, b'')
    packets.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, everything)
    print('capturing', flush=True)
    seen, size, hits, before = 0, 0, set(), {}
    while True:
        ready, _, _ = select.select([packets, sys.stdin], [], [])
        if sys.stdin in ready and not sys.stdin.buffer.read(1):
            break
        if packets not in ready:
            continue
        found = payload_of(packets.recv(65_600))
        if found is None or not found[1]:
            continue
        ends, data = found
        seen, size = seen + 1, size + len(data)
        # A text may begin in one packet and end in the next.
        text = before.get(ends, b'') + data
        before[ends] = text[-(longest - 1):]
        hits.update((number, *ends) for number, mark in enumerate(marks) if mark in text)
    dropped = struct.unpack('II', packets.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
    found = [{'mark': number, 'from': source, 'to': destination} for number, source, destination in sorted(hits)]
    print(json.dumps({'packets': seen, 'bytes': size, 'dropped': dropped, 'found': found}), flush=True)


main()
