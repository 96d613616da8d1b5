// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/serveraddress.h"

#include "core/llm/providers.h"
#include "core/model/urlguard.h"

namespace orrery::llm {

Result<void> checkServerAddress(const std::string &provider, const std::string &url,
                                bool allowPrivateHosts, const ModelTable &models)
{
    // Local servers are on this machine or near it: that is what they are for.
    const bool isGuarded = !allowPrivateHosts && provider == "custom";
    const auto guarded = guardUrl(url, !isGuarded);
    if (guarded)
        return {};
    const Error &error = guarded.error();
    const Provider *known = findProvider(provider, models);
    const std::string title = known ? std::string(known->title) : provider;
    const std::string detail =
        isGuarded
            ? title + " base_url failed SSRF validation: " + error.message
                  + ". Set `allow_private_hosts: true` for local dev if intentional."
            : title + " base_url failed validation: " + error.message + ". Got: \"" + url + "\"";
    return fail(error.code,
                "base_url of " + provider + " (" + url + ") cannot be used: " + error.message,
                detail);
}

} // namespace orrery::llm
