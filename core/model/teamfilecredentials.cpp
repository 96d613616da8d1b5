// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/strictjson.h"
#include "core/model/teamfilereader.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace orrery::teamfile {
namespace {

constexpr std::string_view kAdvice = " keys do not belong in a team file, expected the name of an "
                                     "environment variable in api_key_env";

/// Names that carry a key. Settings such as max_tokens or token_budget are none.
bool namesCredential(std::string_view key)
{
    std::string plain;
    for (const char c : key) {
        if (c != '_' && c != '-')
            plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    static constexpr std::array<std::string_view, 12> kNames = {
        "apikey", "apitoken",  "accesskey",    "accesstoken", "authtoken",     "bearertoken",
        "secret", "secretkey", "clientsecret", "password",    "authorization", "token"};
    return std::find(kNames.begin(), kNames.end(), plain) != kNames.end()
           || plain.ends_with("apikey");
}

/// The beginnings that well-known services give their keys.
bool looksLikeKey(std::string_view word)
{
    static constexpr std::array<std::string_view, 6> kBeginnings = {"sk-",  "gsk_", "xai-",
                                                                    "AIza", "hf_",  "ghp_"};
    constexpr std::size_t kShortest = 20;
    return word.size() >= kShortest
           && std::any_of(kBeginnings.begin(), kBeginnings.end(),
                          [&](std::string_view beginning) { return word.starts_with(beginning); });
}

bool containsKey(std::string_view text)
{
    constexpr std::string_view kWordCharacters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    std::size_t start = 0;
    while ((start = text.find_first_of(kWordCharacters, start)) != std::string_view::npos) {
        const std::size_t end =
            std::min(text.find_first_not_of(kWordCharacters, start), text.size());
        if (looksLikeKey(text.substr(start, end - start)))
            return true;
        start = end;
    }
    return false;
}

} // namespace

void refuseCredentials(const Json &json, const std::string &pointer, Mistake &mistake)
{
    if (json.is_string() && containsKey(json.get_ref<const std::string &>())) {
        mistake.report(pointer, "this looks like a key itself:" + std::string(kAdvice));
    } else if (json.is_array()) {
        for (std::size_t i = 0; i < json.size(); ++i)
            refuseCredentials(json[i], pointer + "/" + std::to_string(i), mistake);
    } else if (json.is_object()) {
        for (const auto &[key, value] : json.items()) {
            const std::string here = pointer + "/" + escapePointer(key);
            if (namesCredential(key) && !pointer.ends_with("/headers")) // readRoute() looks at them
                mistake.report(here, std::string(kAdvice).substr(1));
            refuseCredentials(value, here, mistake);
        }
    }
}

} // namespace orrery::teamfile
