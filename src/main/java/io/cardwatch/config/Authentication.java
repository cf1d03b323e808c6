package io.cardwatch.config;

/** How callers of serve prove who they are. */
public enum Authentication {
    /** By AWS Signature Version 4. */
    SIGNED,
    /** Not at all. */
    NONE
}
