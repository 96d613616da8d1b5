// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/llm/encodedrequest.h"
#include "core/llm/messageencode.h"
#include "core/llm/modelprofile.h"
#include "core/llm/toolschemalist.h"
#include "core/model/ending.h"
#include "core/model/json.h"
#include "core/model/messagelog.h"
#include "core/model/usage.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orrery::llm {

/// One request to a model, provider-neutral.
struct ModelRequest {
    std::string agent;    ///< who asks; the scripted model picks its part by it
    std::string provider; ///< `openai`, `ollama`, `scripted`, …
    std::string model;
    const ModelTable *models = &ModelTable::own(); ///< what is known of them; never null
    std::string baseUrl;                           ///< empty = the provider's default
    std::string apiKey;                            ///< never logged, never journalled
    std::string organization;                      ///< of OpenAI's; may be empty
    std::string script; ///< path of the script file (provider `scripted`)
    MessageList messages;
    /// What RequestEncoder made of this request; null = the client encodes it itself.
    std::shared_ptr<const EncodedRequest> body;
    std::shared_ptr<const ToolSchemaList> tools; ///< in the provider's form; null = none
    Json settings =
        Json::object(); ///< neutral names (docs/TEAM_FILE.md), `extra_body` for all others
    UnsignedThinking unsignedThinking = UnsignedThinking::LeaveOut;
    /// False where somebody else than the person may have chosen the address.
    bool allowPrivateHosts = true;
    bool stream = true;
    int connectTimeoutMs = 20000;    ///< finding and reaching the server; 0 = no limit, also below
    int firstByteTimeoutMs = 600000; ///< from then on, until something of the answer comes
    int idleTimeoutMs = 120000;      ///< between two pieces of the answer
    std::string proxy;               ///< see HttpMessage::proxy
    std::string caFile;              ///< see HttpMessage::caFile
    /// The person's own; `${NAME}` in a value stands for an environment variable. Never logged, never journalled.
    std::vector<std::pair<std::string, std::string>> headers;
};

inline ModelProfile profileOf(const ModelRequest &request)
{
    return profileOf(request.provider, request.model, *request.models);
}

struct ModelDelta {
    std::string text;
    std::string thinking;
};

struct ModelReply {
    Message message;
    Usage usage;
    Json rawUsage;            ///< as the provider sent it; null when it sent none
    std::string finishReason; ///< in the provider's word
    Ending ending = Ending::Unknown;
    std::string model; ///< as the provider named it
};

struct ModelHandlers {
    std::function<void(const ModelDelta &)> onDelta;
    std::function<void(Result<ModelReply>)> onDone; ///< exactly once, unless aborted
};

/// A request in flight. Lives on the thread that started it (which runs an event loop); destroying it aborts it.
class ModelCall
{
public:
    virtual ~ModelCall() = default;
    /// Closes the connection at once. No handler is called afterwards.
    virtual void abort() = 0;
};

/// Something that answers model requests. `start` returns at once; handlers are called on the calling thread, never
/// from within `start`. One client per thread.
class ModelClient
{
public:
    virtual ~ModelClient() = default;
    virtual std::unique_ptr<ModelCall> start(ModelRequest request, ModelHandlers handlers) = 0;
};

/// The client that sends `scripted` requests to the scripted model and all others over HTTP.
std::unique_ptr<ModelClient> makeModelClient();

} // namespace orrery::llm
