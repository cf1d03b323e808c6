package io.cardwatch.config;

/** A database user and the password of one connection. Never printed. */
public final class Login {
    public final String user;
    public final String password;

    public Login(String user, String password) {
        this.user = user;
        this.password = password;
    }
}
