package io.cardwatch.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cardwatch.testing.TestProcess;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests that were written before, over connections that stay open, in a process of its own. At a given rate a
 * request's time runs from when it was due, so one that had to wait for others counts its wait.
 */
public final class LoadGenerator {
    private static final double NANOS = 1e9;

    private LoadGenerator() {}

    /** Arguments: port, file of requests, connections, requests a second (0: as many as it takes), number of requests. */
    public static void main(String[] arguments) throws Exception {
        TestProcess.endWithParentOrMain();
        int port = Integer.parseInt(arguments[0]);
        List<byte[]> requests = read(Path.of(arguments[1]));
        int connections = Integer.parseInt(arguments[2]);
        double rate = Double.parseDouble(arguments[3]);
        int number = Integer.parseInt(arguments[4]);
        double[] millis = new double[number];
        AtomicInteger next = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Thread thread = new Thread(() -> talk(port, requests, rate, start, next, millis, failed));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / NANOS;
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "%,.0f/s  p50 %.2f  p99 %.2f ms  %d not 200%n",
                number / seconds,
                millis[number / 2],
                millis[(int) Math.ceil(number * 0.99) - 1],
                failed.get());
    }

    private static void talk(
            int port,
            List<byte[]> requests,
            double rate,
            long start,
            AtomicInteger next,
            double[] millis,
            AtomicInteger failed) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (int i = next.getAndIncrement(); i < millis.length; i = next.getAndIncrement()) {
                long due = rate == 0 ? System.nanoTime() : start + (long) (i * NANOS / rate);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                out.write(requests.get(i % requests.size()));
                if (!isGood(in)) {
                    failed.incrementAndGet();
                }
                millis[i] = (System.nanoTime() - due) / 1e6;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads one answer. */
    private static boolean isGood(InputStream in) throws IOException {
        boolean good = line(in).contains(" 200 ");
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring(header.indexOf(':') + 1).trim());
            }
        }
        in.readNBytes(length);
        return good;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static List<byte[]> read(Path file) throws IOException {
        List<byte[]> requests = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int left = in.readInt(); left > 0; left--) {
                requests.add(in.readNBytes(in.readInt()));
            }
        }
        return requests;
    }

    /** A request as it goes over the wire. */
    static byte[] request(String head, String body) {
        return (head + "\r\n" + body).getBytes(ISO_8859_1);
    }
}
