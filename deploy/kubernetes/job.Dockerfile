# The streaming job: Flink with its file system for S3, and our jar. Build it in target/ (README.md).
# FLINK_SHA256 has no default: whoever builds says which image they mean, by its digest.
ARG FLINK_SHA256
FROM docker.io/library/flink:1.20.3-scala_2.12-java11@sha256:${FLINK_SHA256}

# A plugin has a class loader of its own, and must lie in a directory of its own.
RUN mkdir "$FLINK_HOME/plugins/s3-fs-hadoop" \
    && cp "$FLINK_HOME"/opt/flink-s3-fs-hadoop-*.jar "$FLINK_HOME/plugins/s3-fs-hadoop/"
# For ../local: a new volume takes its owner from here.
RUN install -d -o 9999 -g 9999 /checkpoints
COPY --chown=9999:9999 cardwatch-job.jar /opt/flink/usrlib/cardwatch-job.jar

# The image's user flink, as a number: Kubernetes cannot tell from a name that it is not root.
USER 9999:9999
