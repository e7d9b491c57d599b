# SPDX-License-Identifier: GPL-2.0-only
# A client that speaks just enough of the protocol: no password, no TLS, no connection attributes.
#   client.pl --socket PATH | --host ADDRESS --port PORT   [--user USER] [--local-port PORT] [--count N]
# Reads statements, one a line with ";" at its end, and writes the rows as the servers' own client does with -N -B.
#   \send STATEMENT;   sends it and does not read the answer
#   \quit              says farewell and ends
#   \read              reads one answer, and writes how many bytes its rows have
# --count: opens that many connections; statements go to the last of them.
use strict;
use warnings;
use IO::Socket::IP;
use IO::Socket::UNIX;
use constant { LONG_PASSWORD => 0x1, PROTOCOL_41 => 0x200, SECURE_CONNECTION => 0x8000, PLUGIN_AUTH => 0x80000 };

my %option = (user => 'net', count => 1);
while (@ARGV) { my ($name, $value) = (shift, shift); $name =~ s/^--//; $option{$name} = $value }
$| = 1;
my @connections = map { enter(plug()) } 1 .. $option{count};
my $to = $connections[-1];

while (my $line = <STDIN>) {
    chomp $line;
    $line =~ s/;$//;
    if ($line =~ s/^\\send //) { put($to, 0, "\x03$line") }
    elsif ($line eq '\\read') { my $bytes = 0; answer($to, sub { $bytes += length join '', @_ }); print "$bytes\n" }
    elsif ($line eq '\quit') { put($to, 0, "\x01"); last }
    else { put($to, 0, "\x03$line"); answer($to, sub { print join("\t", @_), "\n" }) }
}

sub plug {
    my $socket = $option{socket}
        ? IO::Socket::UNIX->new(Peer => $option{socket})
        : IO::Socket::IP->new(PeerHost => $option{host}, PeerPort => $option{port}, ReuseAddr => 1,
            $option{'local-port'} ? (LocalPort => $option{'local-port'}) : ());
    return $socket // die "cannot connect: $!\n";
}

sub enter {
    my ($socket) = @_;
    my (undef, $hello) = get($socket);
    die 'refused: ', substr($hello, 3), "\n" if substr($hello, 0, 1) eq "\xff";
    # Behind the version: id, 8 bytes, a filler, 2 + 1 + 2 + 2 + 1 + 10 bytes, 12 bytes and a NUL, the plugin's name.
    my ($plugin) = $hello =~ /^\x0a[^\0]*\0.{4}.{8}\0.{18}.{12}\0([a-z0-9_]+)/s;
    put($socket, 1, pack('V V C x23 Z* C', LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH, 1 << 24, 45,
        $option{user}, 0) . ($plugin // 'mysql_native_password') . "\0");
    while (1) {
        my ($number, $reply) = get($socket);
        my $kind = substr $reply, 0, 1;
        return $socket if $kind eq "\0";
        die 'refused: ', substr($reply, 3), "\n" if $kind eq "\xff";
        put($socket, $number + 1, '') if $kind eq "\xfe"; # another plugin: no password there either
    }
}

sub put {
    my ($socket, $number, $body) = @_;
    my $packet = substr(pack('V', length $body), 0, 3) . chr($number & 255) . $body;
    my $sent = syswrite $socket, $packet;
    die "cannot send: $!\n" unless defined $sent && $sent == length $packet;
}

sub fill {
    my ($socket, $want) = @_;
    my $data = '';
    while (length $data < $want) {
        my $got = sysread $socket, $data, $want - length $data, length $data;
        die 'the connection is lost: ', defined $got ? 'end of file' : $!, "\n" unless $got;
    }
    return $data;
}

# One packet below 16 MB: its number and its body.
sub get {
    my ($socket) = @_;
    my $head = fill($socket, 4);
    my $length = unpack 'V', substr($head, 0, 3) . "\0";
    return (ord substr($head, 3, 1), $length ? fill($socket, $length) : '');
}

sub is_end { return substr($_[0], 0, 1) eq "\xfe" && length $_[0] < 9 }

# Hands each row's values to a function.
sub answer {
    my ($socket, $row) = @_;
    my (undef, $first) = get($socket);
    my $kind = substr $first, 0, 1;
    return if $kind eq "\0";
    if ($kind eq "\xff") { print "ERROR: ", substr($first, 9), "\n"; return }
    while (1) { my (undef, $column) = get($socket); last if is_end($column) }
    while (1) {
        my (undef, $body) = get($socket);
        last if is_end($body);
        if (substr($body, 0, 1) eq "\xff") { print "ERROR: ", substr($body, 9), "\n"; return }
        $row->(values_of($body));
    }
}

sub values_of {
    my ($body) = @_;
    my @values;
    my $at = 0;
    while ($at < length $body) {
        my $length = ord substr $body, $at++, 1;
        if ($length == 0xfb) { push @values, 'NULL'; next }
        if ($length == 0xfc) { $length = unpack 'v', substr $body, $at, 2; $at += 2 }
        elsif ($length == 0xfd) { $length = unpack 'V', substr($body, $at, 3) . "\0"; $at += 3 }
        elsif ($length == 0xfe) { $length = unpack 'Q<', substr $body, $at, 8; $at += 8 }
        push @values, substr $body, $at, $length;
        $at += $length;
    }
    return @values;
}
