// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httperror.h"

#include "core/base/utf8.h"

#include <QString>

#include <algorithm>

namespace orrery::llm {
namespace {

std::string wordsOf(const Json &json)
{
    return json.is_string() ? json.get<std::string>()
                            : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The message in an `error` value, which is an object with a message or the message itself.
std::string messageOf(const Json &error)
{
    if (error.is_object()) {
        const auto message = error.find("message");
        if (message != error.end() && !message->is_null())
            return wordsOf(*message);
    }
    return wordsOf(error);
}

bool containsAny(const std::string &text, std::initializer_list<std::string_view> needles)
{
    return std::any_of(needles.begin(), needles.end(), [&](std::string_view needle) {
        return text.find(needle) != std::string::npos;
    });
}

void replaceAll(std::string &text, const std::string &what)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 5))
        text.replace(at, what.size(), "[key]");
}

} // namespace

Error errorForStatus(int status, std::string message, std::string detail)
{
    Error error = makeError(ErrorCode::InvalidArgument, std::move(message), std::move(detail));
    error.httpStatus = status;
    if (status == 401 || status == 403) {
        error.code = ErrorCode::Auth;
    } else if (status == 404) {
        error.code = ErrorCode::NotFound;
    } else if (status == 408) {
        error.code = ErrorCode::Timeout;
        error.retryable = true;
    } else if (status == 409) {
        error.code = ErrorCode::Conflict;
        error.retryable = true;
    } else if (status == 429) {
        error.code = ErrorCode::RateLimited;
        error.retryable = true;
    } else if (status >= 500) {
        error.code = ErrorCode::Server;
        error.retryable = true;
    } else if (status < 400) {
        error.code = ErrorCode::BadResponse;
    }
    return error;
}

Error errorFromAnswer(int status, const std::string &who, std::string_view body)
{
    std::string message = who + " answered " + std::to_string(status);
    const std::string said = serverMessage(body);
    if (!said.empty())
        message += ": " + said;
    return errorForStatus(status, std::move(message), excerpt(body, 4000));
}

Error errorFromErrorObject(const Json &error, const std::string &who)
{
    int status = 0;
    std::string kind;
    if (error.is_object()) {
        for (const char *key : {"code", "status"}) {
            const auto it = error.find(key);
            if (it != error.end() && it->is_number_integer() && it->get<int>() >= 400
                && it->get<int>() < 600)
                status = it->get<int>();
            else if (it != error.end() && it->is_string())
                kind += it->get<std::string>() + " ";
        }
        const auto type = error.find("type");
        if (type != error.end() && type->is_string())
            kind += type->get<std::string>();
    }
    if (status == 0 && containsAny(kind, {"rate_limit", "RESOURCE_EXHAUSTED"}))
        status = 429;
    else if (status == 0 && containsAny(kind, {"authentication", "permission", "invalid_api_key"}))
        status = 401;
    else if (status == 0 && containsAny(kind, {"invalid_request"}))
        status = 400;
    else if (status == 0)
        status = 500;
    Error result = errorForStatus(status, who + " reported an error: " + excerpt(messageOf(error)),
                                  excerpt(wordsOf(error), 4000));
    result.httpStatus = 200;
    return result;
}

std::string serverMessage(std::string_view body)
{
    const Json json = Json::parse(body.begin(), body.end(), nullptr, false);
    // Google wraps its error object in a list.
    const Json &object = json.is_array() && json.size() == 1 ? json[0] : json;
    if (object.is_object()) {
        for (const char *key : {"error", "message", "detail"}) {
            const auto it = object.find(key);
            if (it != object.end() && !it->is_null())
                return excerpt(messageOf(*it), 1000);
        }
    }
    return excerpt(trimmed(body));
}

std::string excerpt(std::string_view text, std::size_t bytes)
{
    const bool cut = text.size() > bytes;
    std::size_t end = std::min(bytes, text.size());
    while (cut && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    // Through QString, since journals are JSON and must be UTF-8 whatever the server sent.
    std::string out = QString::fromUtf8(text.data(), qsizetype(end)).toStdString();
    for (char &c : out) {
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
            c = ' ';
    }
    return cut ? out + "…" : out;
}

void redact(Error &error, const std::string &key)
{
    if (key.size() < 4)
        return;
    replaceAll(error.message, key);
    replaceAll(error.detail, key);
}

} // namespace orrery::llm
