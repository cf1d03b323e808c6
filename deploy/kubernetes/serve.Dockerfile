# The server of answers: Java and our jar. Build it in target/ (README.md).
# JAVA_SHA256 has no default: whoever builds says which image they mean, by its digest.
ARG JAVA_SHA256
FROM docker.io/library/eclipse-temurin:17-jre-noble@sha256:${JAVA_SHA256}

COPY cardwatch.jar /opt/cardwatch/cardwatch.jar

USER 10001:10001
EXPOSE 8080 8090
# Java is process 1 and gets TERM itself. What libraries log goes to the pod's log.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", "-Dcardwatch.log=/dev/stderr", "-jar", "/opt/cardwatch/cardwatch.jar"]
CMD ["--help"]
