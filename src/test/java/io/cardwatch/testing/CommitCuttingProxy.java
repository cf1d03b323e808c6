package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a PostgreSQL and, when it is told to, swallows the server's answer to a COMMIT and cuts that connection,
 * or leaves it open without an answer: the transaction is stored, and its client does not know.
 */
public final class CommitCuttingProxy implements AutoCloseable {
    /** The tag of the server's answer. */
    private static final String COMMITTED = "COMMIT\0";

    private static final int BUFFER = 65_536;

    private final ServerSocket door;
    private final int serverPort;
    private final AtomicInteger cutsToMake = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicBoolean silent = new AtomicBoolean();

    /** A proxy on a free port before the server on {@code serverPort} of this machine. */
    public CommitCuttingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        inBackground(this::acceptAll);
    }

    public int port() {
        return door.getLocalPort();
    }

    /** The next {@code commits} will be answered by a closed connection each. */
    public void cutAfter(int commits) {
        cutsToMake.addAndGet(commits);
    }

    /** The next commit will not be answered, and its connection stays until the server has gone. */
    public void silenceNext() {
        silent.set(true);
        cutAfter(1);
    }

    /** Answers swallowed so far. */
    public int cuts() {
        return cuts.get();
    }

    private void acceptAll() {
        while (!door.isClosed()) {
            try {
                serve(door.accept());
            } catch (IOException e) {
                // The door was closed, which ends the loop; or the client has gone, and the next one comes.
            }
        }
    }

    private void serve(Socket client) throws IOException {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            inBackground(() -> pump(client, server, false));
            inBackground(() -> pump(server, client, true));
        } catch (IOException serverIsDown) {
            client.close();
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (answers && new String(buffer, 0, length, ISO_8859_1).contains(COMMITTED) && takesACut()) {
                    cuts.incrementAndGet();
                    if (silent.getAndSet(false)) {
                        in.transferTo(OutputStream.nullOutputStream());
                    }
                    return;
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // One side has gone; both are closed now, which is what the other one has to see.
        }
    }

    private boolean takesACut() {
        return cutsToMake.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    private static void inBackground(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
