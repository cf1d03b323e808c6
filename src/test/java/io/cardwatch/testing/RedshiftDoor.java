package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;

/**
 * Lets the driver of Redshift into a PostgreSQL: takes out of its greeting what only Redshift knows. All else passes as it
 * is.
 */
public final class RedshiftDoor implements AutoCloseable {
    private static final int PROTOCOL = 3 << 16;
    private static final Set<String> KNOWN = Set.of(
            "user", "database", "client_encoding", "DateStyle", "TimeZone", "extra_float_digits", "application_name");

    private final ServerSocket door;
    private final int serverPort;

    /** A door on a free port before the server on {@code serverPort} of this machine. */
    public RedshiftDoor(int serverPort) throws IOException {
        this.serverPort = serverPort;
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        inBackground(() -> {
            while (!door.isClosed()) {
                Socket client = door.accept();
                inBackground(() -> serve(client));
            }
        });
    }

    /** The URL for Redshift's driver of what PostgreSQL's driver finds at {@code url}. */
    public String url(String url) {
        return "jdbc:redshift://localhost:" + door.getLocalPort() + url.substring(url.lastIndexOf('/')) + "?ssl=false";
    }

    private void serve(Socket client) throws IOException {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] greeting = in.readNBytes(in.readInt() - Integer.BYTES);
            byte[] known = known(new String(greeting, Integer.BYTES, greeting.length - Integer.BYTES, UTF_8));
            DataOutputStream out = new DataOutputStream(server.getOutputStream());
            out.writeInt(2 * Integer.BYTES + known.length);
            out.writeInt(PROTOCOL);
            out.write(known);
            inBackground(() -> {
                try (client;
                        server) {
                    server.getInputStream().transferTo(client.getOutputStream());
                }
            });
            in.transferTo(out);
        }
    }

    private static byte[] known(String parameters) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        String[] parts = parameters.split("\0", -1);
        for (int i = 0; i + 1 < parts.length; i += 2) {
            if (KNOWN.contains(parts[i])) {
                kept.write((parts[i] + '\0' + parts[i + 1] + '\0').getBytes(UTF_8));
            }
        }
        kept.write(0);
        return kept.toByteArray();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void inBackground(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One side has gone, or the door was closed.
                    }
                },
                "door");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
