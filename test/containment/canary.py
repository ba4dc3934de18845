"""The canary: whatever malware would talk to, as one container that says who came.

usage: python3 canary.py '{"addresses": […], "tcp": […], "udp": […], "lite": […], "sctp": […]}'

Answers on every port named, on every address named and its own, and prints a JSON line for each packet that arrives: {"from", "to",
"protocol", "port"}. Of IPv6's own housekeeping nothing is printed, nor of ARP.
"""

import ipaddress
import json
import selectors
import socket
import struct
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\ncanary\n"
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
UDP_LITE, SCTP = 136, 132
PROTOCOLS = {1: "icmp", 58: "icmp", 6: "tcp", 17: "udp", UDP_LITE: "udp-lite", SCTP: "sctp"}
ICMPV6_HOUSEKEEPING = {*range(130, 138), 143}


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listener(address, port, kind, protocol=0):
    server = socket.socket(family_of(address), kind, protocol)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    if kind == socket.SOCK_STREAM:
        server.listen(64)
    return server


def listeners(wanted):
    """All of them; of the last two, what this kernel has."""
    for address in [*wanted["addresses"], socket.gethostbyname(socket.gethostname())]:
        for port in wanted["tcp"]:
            yield listener(address, port, socket.SOCK_STREAM)
        for port in wanted["udp"]:
            yield listener(address, port, socket.SOCK_DGRAM)
        for kind, protocol, ports in (
            (socket.SOCK_DGRAM, UDP_LITE, wanted["lite"]),
            (socket.SOCK_STREAM, SCTP, wanted["sctp"]),
        ):
            for port in ports:
                try:
                    yield listener(address, port, kind, protocol)
                except OSError as error:
                    print(json.dumps({"absent": PROTOCOLS[protocol], "because": str(error)}), flush=True)


def answer(server):
    if server.type == socket.SOCK_DGRAM:
        data, peer = server.recvfrom(4096)
        server.sendto(data, peer)
        return
    connection, _ = server.accept()
    with connection:
        connection.settimeout(1)
        try:
            connection.sendall(ANSWER)
            connection.recv(4096)
        except OSError:
            pass


def seen(packet, kind):
    """What a packet says of itself; None for housekeeping."""
    if kind == ETH_P_IP:
        start, protocol = (packet[0] & 15) * 4, packet[9]
        source, target = packet[12:16], packet[16:20]
    elif kind == ETH_P_IPV6:
        start, protocol = 40, packet[6]
        source, target = packet[8:24], packet[24:40]
        # Multicast listener reports carry a hop-by-hop header.
        if protocol == 0 or (protocol == 58 and packet[40] in ICMPV6_HOUSEKEEPING):
            return None
    else:
        return None
    name = PROTOCOLS.get(protocol, str(protocol))
    port = 0 if name == "icmp" else struct.unpack_from(">H", packet, start + 2)[0]
    addresses = {"from": str(ipaddress.ip_address(source)), "to": str(ipaddress.ip_address(target))}
    return {**addresses, "protocol": name, "port": port}


def main():
    selector = selectors.DefaultSelector()
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    sniffer.bind(("eth0", ETH_P_ALL))
    selector.register(sniffer, selectors.EVENT_READ)
    for server in listeners(json.loads(sys.argv[1])):
        selector.register(server, selectors.EVENT_READ)
    print(json.dumps({"ready": True}), flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is not sniffer:
                answer(key.fileobj)
                continue
            packet, (_, kind, direction, *_) = sniffer.recvfrom(4096)
            record = None if direction == socket.PACKET_OUTGOING else seen(packet, kind)
            if record:
                print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
