package io.cardwatch.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveriesTest {
    @TempDir
    Path folder;

    @Test
    void anArchiveThatCanBeWrittenPasses_andIsLeftAsItWas() throws Exception {
        to(folder.toUri().toString()).check();
        to(folder.resolve("new").toUri().toString()).check();

        assertThat(ArchivedRows.files(folder)).isEmpty();
        new Deliveries(Settings.fromArguments(List.of())).check();
    }

    @Test
    void anArchiveThatCannotBeWritten_isToldWithARemedy() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> to(file.toUri() + "/archive").check())
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("archive.path, " + file.toUri() + "/archive, cannot be written: ")
                .extracting(e -> ((BadInputException) e).remedy())
                .isEqualTo("Create it, and let the job write and delete there.");
        assertThatThrownBy(() -> to("s3://bucket/archive").check())
                .isInstanceOf(BadInputException.class)
                .hasMessage("nothing here can write to archive.path, s3://bucket/archive")
                .extracting(e -> ((BadInputException) e).remedy())
                .asString()
                .contains("plugin for s3:");
    }

    private static Deliveries to(String archive) {
        return new Deliveries(Settings.fromArguments(List.of("--archive.path=" + archive)));
    }
}
