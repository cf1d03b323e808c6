package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Speaks as much of Redis' protocol as it takes to write down what a server with RedisJSON and search would be sent: none
 * that has them can be run here. It refuses to make an index, and has one document, which only JSON.GET reads.
 */
final class RecordingRedis implements Closeable {
    private final ServerSocket server;
    private final List<String> commands = new CopyOnWriteArrayList<>();

    RecordingRedis() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (true) {
                Socket socket = server.accept();
                daemon(() -> talk(socket));
            }
        });
    }

    String url() {
        return "redis://localhost:" + server.getLocalPort();
    }

    /** All commands so far, each with its arguments on one line. */
    List<String> commands() {
        return commands;
    }

    private void talk(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        OutputStream out = socket.getOutputStream();
        while (true) {
            List<String> words = new ArrayList<>();
            for (int left = number(in); left > 0; left--) {
                byte[] word = new byte[number(in)];
                in.readFully(word);
                in.readFully(new byte[2]);
                words.add(new String(word, UTF_8));
            }
            commands.add(String.join(" ", words));
            out.write(answer(words.get(0)).getBytes(UTF_8));
            out.flush();
        }
    }

    private static String answer(String command) {
        switch (command) {
            case "HELLO":
                return "*2\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n";
            case "COMMAND":
                return "*2\r\n*1\r\n$8\r\njson.set\r\n*1\r\n$9\r\nft.create\r\n";
            case "EVALSHA":
                return ":1\r\n";
            case "FT.CREATE":
                return "-NOPERM this user has no permissions to run the 'ft.create' command\r\n";
            case "ZREVRANGE":
                return "*1\r\n$3\r\n1:5\r\n";
            case "GET":
                return "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
            case "JSON.GET":
                return "$2\r\n{}\r\n";
            default:
                return "+OK\r\n";
        }
    }

    /** The number behind the letter of a line. */
    private static int number(DataInputStream in) throws IOException {
        in.readByte();
        StringBuilder digits = new StringBuilder();
        for (int next = in.readByte(); next != '\n'; next = in.readByte()) {
            digits.append((char) next);
        }
        return Integer.parseInt(digits.toString().trim());
    }

    private static void daemon(Loop loop) {
        Thread thread = new Thread(() -> {
            try {
                loop.run();
            } catch (IOException e) {
                // The test is over, or the client has gone.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Loop {
        void run() throws IOException;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
