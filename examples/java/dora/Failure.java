// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** An incident event. What it does not carry is null, or an empty list; json is the body as it was received. */
public record Failure(
        String id, String type, String name, List<String> services, String env, String severity, String team,
        String version, Instant startedAt, Instant finishedAt, String gitCommitSha, String gitRepositoryUrl,
        String gitRepositoryId, List<String> customTags, String json) {
    /** Copies what the event carries. Valid JSON holds no NUL: it is read without its length. */
    Failure(Pointer event) {
        this(text(event, "dora_failure_id"), text(event, "dora_failure_type"), text(event, "dora_failure_name"),
                texts(event, "dora_failure_service_count", "dora_failure_service"), text(event, "dora_failure_env"),
                text(event, "dora_failure_severity"), text(event, "dora_failure_team"),
                text(event, "dora_failure_version"), time(event, "dora_failure_started_at"),
                time(event, "dora_failure_finished_at"), text(event, "dora_failure_git_commit_sha"),
                text(event, "dora_failure_git_repository_url"), text(event, "dora_failure_git_repository_id"),
                texts(event, "dora_failure_custom_tag_count", "dora_failure_custom_tag"),
                LibDora.call(String.class, "dora_failure_json", event, null));
    }

    private static String text(Pointer event, String function) {
        return LibDora.call(String.class, function, event);
    }

    private static List<String> texts(Pointer event, String count, String item) {
        return IntStream.range(0, LibDora.call(NativeLong.class, count, event).intValue())
                .mapToObj(i -> LibDora.call(String.class, item, event, new NativeLong(i))).toList();
    }

    private static Instant time(Pointer event, String function) {
        LongByReference ns = new LongByReference();
        return LibDora.call(Byte.class, function, event, ns) == 0 ? null : Instant.ofEpochSecond(0, ns.getValue());
    }
}
