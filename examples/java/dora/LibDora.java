// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;

/**
 * What this package uses of dora.h, in its order. C's bool is a byte, as JNA's boolean would read an
 * int; size_t is a long, as on every 64-bit Linux. From JDK 22 on, java.lang.foreign can take JNA's place.
 */
interface LibDora extends Library {
    LibDora C = Native.load("libdora.so.0", LibDora.class, Map.of(OPTION_STRING_ENCODING, "UTF-8"));

    int SEARCH_EVENT = 1;
    int SEARCH_WAITING = 2;
    int SEARCH_ERROR = 4;

    int dora_error_get_code(Pointer error);
    String dora_error_code_name(int code);
    String dora_error_message(Pointer error);
    byte dora_error_is_retryable(Pointer error);
    long dora_error_retry_after_ms(Pointer error);
    Pointer dora_error_response(Pointer error);
    void dora_error_free(Pointer error);

    Pointer dora_config_new();
    void dora_config_set_base_url(Pointer config, String baseUrl);
    void dora_config_set_ca_file(Pointer config, String path);
    void dora_config_set_timeout_ms(Pointer config, int milliseconds);
    void dora_config_free(Pointer config);

    Pointer dora_client_new(Pointer config, PointerByReference error);
    void dora_client_free(Pointer client);

    String dora_failure_id(Pointer failure);
    String dora_failure_name(Pointer failure);
    String dora_failure_env(Pointer failure);
    String dora_failure_severity(Pointer failure);
    String dora_failure_team(Pointer failure);
    String dora_failure_version(Pointer failure);
    String dora_failure_git_commit_sha(Pointer failure);
    String dora_failure_git_repository_url(Pointer failure);
    byte dora_failure_started_at(Pointer failure, LongByReference unixNs);
    byte dora_failure_finished_at(Pointer failure, LongByReference unixNs);
    String dora_failure_service(Pointer failure, long index);
    String dora_failure_custom_tag(Pointer failure, long index);
    void dora_failure_free(Pointer failure);

    int dora_response_status(Pointer response);

    Pointer dora_queue_new(Pointer client, int maxInFlight, PointerByReference error);
    byte dora_queue_add(Pointer queue, String failureId, long tag, PointerByReference error);
    Pointer dora_queue_next(Pointer queue, long timeoutMs);
    void dora_queue_free(Pointer queue);
    Pointer dora_result_take_failure(Pointer result);
    Pointer dora_result_take_error(Pointer result);
    void dora_result_free(Pointer result);

    Pointer dora_search_failures(Pointer client, String query, long fromUnixNs, long toUnixNs, PointerByReference error);
    int dora_search_next(Pointer search, long timeoutMs, PointerByReference failure, PointerByReference error);
    void dora_search_free(Pointer search);
}
