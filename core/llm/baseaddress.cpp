// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/baseaddress.h"

#include <algorithm>
#include <array>

namespace orrery::llm {
namespace {

std::size_t pathStart(std::string_view url)
{
    const auto scheme = url.find("://");
    return std::min(url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3), url.size());
}

void dropSlashes(std::string &url)
{
    while (!url.empty() && url.back() == '/')
        url.pop_back();
}

} // namespace

std::string completeBaseUrl(std::string url, std::string_view usual)
{
    static constexpr std::array<std::string_view, 5> kRequests = {
        "/chat/completions", "/completions", "/messages", "/responses", "/models"};
    dropSlashes(url);
    // Gemini's address of a request names the model and what it is to do.
    const auto models = url.find("/models/", pathStart(url));
    if (models != std::string::npos && url.find(':', models) != std::string::npos)
        url.resize(models);
    for (const std::string_view request : kRequests) {
        if (url.size() > pathStart(url) && url.ends_with(request)) {
            url.resize(url.size() - request.size());
            dropSlashes(url);
            break;
        }
    }
    if (!url.empty() && pathStart(url) == url.size())
        url += usual.substr(pathStart(usual));
    return url;
}

} // namespace orrery::llm
