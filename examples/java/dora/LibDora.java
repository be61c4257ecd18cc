// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.NativeLongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;

/**
 * What this package uses of dora.h, for JNA. C's bool is a byte here: JNA's boolean is an int.
 * From JDK 22 on, java.lang.foreign can take JNA's place; jextract writes these declarations.
 */
interface LibDora extends Library {
    LibDora INSTANCE = Native.load("libdora.so.0", LibDora.class, Map.of(OPTION_STRING_ENCODING, "UTF-8"));

    int dora_error_get_code(Pointer error);
    String dora_error_message(Pointer error);
    byte dora_error_is_retryable(Pointer error);
    long dora_error_retry_after_ms(Pointer error);
    Pointer dora_error_response(Pointer error);
    void dora_error_free(Pointer error);
    int dora_response_status(Pointer response);

    Pointer dora_config_new();
    void dora_config_set_site(Pointer config, String site);
    void dora_config_set_api_key(Pointer config, String apiKey);
    void dora_config_set_app_key(Pointer config, String appKey);
    void dora_config_set_access_token(Pointer config, String accessToken);
    void dora_config_set_base_url(Pointer config, String baseUrl);
    void dora_config_set_ca_file(Pointer config, String path);
    void dora_config_set_timeout_ms(Pointer config, int milliseconds);
    void dora_config_free(Pointer config);

    Pointer dora_client_new(Pointer config, PointerByReference error);
    Pointer dora_get_failure(Pointer client, String failureId, PointerByReference error);
    void dora_client_cancel(Pointer client);
    void dora_client_free(Pointer client);

    String dora_failure_id(Pointer failure);
    String dora_failure_type(Pointer failure);
    String dora_failure_name(Pointer failure);
    String dora_failure_env(Pointer failure);
    String dora_failure_severity(Pointer failure);
    String dora_failure_team(Pointer failure);
    String dora_failure_version(Pointer failure);
    String dora_failure_git_commit_sha(Pointer failure);
    String dora_failure_git_repository_url(Pointer failure);
    String dora_failure_git_repository_id(Pointer failure);
    byte dora_failure_started_at(Pointer failure, LongByReference unixNs);
    byte dora_failure_finished_at(Pointer failure, LongByReference unixNs);
    NativeLong dora_failure_service_count(Pointer failure);
    String dora_failure_service(Pointer failure, NativeLong index);
    NativeLong dora_failure_custom_tag_count(Pointer failure);
    String dora_failure_custom_tag(Pointer failure, NativeLong index);
    Pointer dora_failure_json(Pointer failure, NativeLongByReference length);
    void dora_failure_free(Pointer failure);
}
