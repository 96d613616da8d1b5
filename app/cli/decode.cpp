// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/decode.h"

#include "app/cli/standardinput.h"
#include "core/llm/replyreader.h"

#include <cstdio>
#include <string>

using namespace orrery;

int decodeStandardInput(const llm::ModelProfile &profile, bool isResponse)
{
    llm::ReplyReader::Expected expected;
    expected.profile = profile;
    expected.stream = !isResponse;
    llm::ReplyReader reader(std::move(expected), "the server");
    std::vector<llm::ModelDelta> deltas;
    reader.feed(readStandardInput(), deltas);
    const auto reply = reader.end(false, "the input ended");
    if (!reply) {
        const Error &error = reply.error();
        std::fprintf(stderr, "orrery-cli: decode: %s\n", error.message.c_str());
        if (!error.detail.empty())
            std::fprintf(stderr, "%s\n", error.detail.c_str());
        return 1;
    }
    Json json = toJson(reply->message);
    json["usage"] = toJson(reply->usage);
    json["raw_usage"] = reply->rawUsage;
    json["finish_reason"] = reply->finishReason.empty() ? Json() : Json(reply->finishReason);
    json["ending"] = toString(reply->ending);
    json["model"] = reply->model.empty() ? Json() : Json(reply->model);
    std::puts(json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    return 0;
}
