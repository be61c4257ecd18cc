// SPDX-License-Identifier: Apache-2.0
package dora;

import static dora.LibDora.C;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** A copy of an incident event. What it does not carry is null, or an empty list. */
public record Failure(
        String id, String name, String severity, String env, String team, String version, String commitSha,
        String repositoryUrl, List<String> services, List<String> customTags, Instant startedAt, Instant finishedAt) {

    /** Copies an event and frees it. */
    static Failure take(Pointer failure) {
        try {
            LongByReference ns = new LongByReference();
            return new Failure(C.dora_failure_id(failure), C.dora_failure_name(failure),
                    C.dora_failure_severity(failure), C.dora_failure_env(failure), C.dora_failure_team(failure),
                    C.dora_failure_version(failure), C.dora_failure_git_commit_sha(failure),
                    C.dora_failure_git_repository_url(failure),
                    texts(index -> C.dora_failure_service(failure, index)),
                    texts(index -> C.dora_failure_custom_tag(failure, index)),
                    C.dora_failure_started_at(failure, ns) == 0 ? null : Instant.ofEpochSecond(0, ns.getValue()),
                    C.dora_failure_finished_at(failure, ns) == 0 ? null : Instant.ofEpochSecond(0, ns.getValue()));
        } finally {
            C.dora_failure_free(failure);
        }
    }

    private static List<String> texts(LongFunction<String> get) {
        List<String> all = new ArrayList<>();
        for (String text = get.apply(0); text != null; text = get.apply(all.size())) {
            all.add(text);
        }
        return List.copyOf(all);
    }
}
