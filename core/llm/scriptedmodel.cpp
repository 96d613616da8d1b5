// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/scriptedmodel.h"

#include "core/llm/requestencoder.h"
#include "core/llm/scriptedcall.h"

#include <QDateTime>
#include <QFileInfo>
#include <QPointer>

namespace orrery::llm {
namespace {

constexpr const char *kAfterLastStep = "My script ends here; I have nothing more to do.";

class ScriptedCall final : public ModelCall
{
public:
    explicit ScriptedCall(ScriptedSpeech *speech) : m_speech(speech) {}
    ~ScriptedCall() override { abort(); }

    void abort() override
    {
        if (!m_speech)
            return;
        m_speech->stop();
        // Not within one of its handlers.
        if (m_speech->isSpeaking())
            m_speech->deleteLater();
        else
            delete m_speech.data();
        m_speech.clear();
    }

private:
    QPointer<ScriptedSpeech> m_speech;
};

const Message *lastToolResult(const ModelRequest &request)
{
    const MessageList &messages = request.messages;
    for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
        if ((*it)->role == Role::Tool)
            return it->get();
    }
    return nullptr;
}

bool resultMatches(const ScriptStep &step, const ModelRequest &request)
{
    const Message *result = lastToolResult(request);
    return result
           && std::regex_search(result->content.value_or(std::string()),
                                step.until->lastResultMatches);
}

std::size_t bodyBytes(const ModelRequest &request)
{
    if (request.body)
        return request.body->size();
    const auto body = RequestEncoder().encode(request);
    return body ? (*body)->size() : 0;
}

std::int64_t tokens(std::size_t bytes) { return std::int64_t((bytes + 3) / 4); }

ModelReply replyOf(const ScriptStep &step, const ModelRequest &request, int &calls)
{
    ModelReply reply;
    reply.model = request.model.empty() ? "scripted" : request.model;
    reply.finishReason = !step.finishReason.empty() ? step.finishReason
                         : step.toolCalls.empty()   ? "stop"
                                                    : "tool_calls";
    reply.ending =
        step.ending != Ending::Unknown ? step.ending : endingFromWord(reply.finishReason);
    Message &message = reply.message;
    message.role = Role::Assistant;
    if (!step.text.empty())
        message.content = step.text;
    if (!step.thinking.empty())
        message.reasoningContent = step.thinking;
    message.toolCalls = step.toolCalls;
    std::size_t size = step.text.size() + step.thinking.size();
    for (ToolCall &call : message.toolCalls) {
        call.id = "call_" + request.agent + "_" + std::to_string(++calls);
        size += call.name->size() + call.arguments.dump().size();
    }
    Usage usage;
    usage.inputTokens = step.usage ? step.usage->inputTokens : tokens(bodyBytes(request));
    usage.outputTokens = step.usage ? step.usage->outputTokens : tokens(size);
    usage.totalTokens = usage.inputTokens + usage.outputTokens;
    usage.requests = 1;
    usage.toolCalls = std::int64_t(message.toolCalls.size());
    reply.usage = usage;
    return reply;
}

} // namespace

ScriptedModel::ScriptedModel() = default;
ScriptedModel::~ScriptedModel() = default;

std::unique_ptr<ModelCall> ScriptedModel::start(ModelRequest request, ModelHandlers handlers)
{
    auto &position = m_positions[{request.script, request.agent}];
    if (!position)
        position = std::make_shared<Position>();
    // The place moves on only when the answer is complete, so that an aborted call can be made again.
    Position after = *position;
    const auto step = nextStep(request, after);
    ScriptStep speak;
    ModelReply reply;
    if (step) {
        speak = *step;
        reply = replyOf(speak, request, after.calls);
    } else {
        speak.error = step.error();
    }
    return std::make_unique<ScriptedCall>(
        new ScriptedSpeech(std::move(speak), std::move(reply), request.stream, std::move(handlers),
                           [position = position, after] { *position = after; }));
}

Result<std::shared_ptr<const Script>> ScriptedModel::scriptFor(const std::string &file)
{
    const long long mtime =
        QFileInfo(QString::fromStdString(file)).lastModified().toMSecsSinceEpoch();
    CachedScript &cached = m_scripts[file];
    if (cached.script && cached.mtimeMs == mtime)
        return cached.script;
    auto script = loadScript(file);
    if (!script)
        return fail(script.error());
    cached.script = std::make_shared<const Script>(std::move(*script));
    cached.mtimeMs = mtime;
    return cached.script;
}

Result<ScriptStep> ScriptedModel::nextStep(const ModelRequest &request, Position &position)
{
    const auto script = scriptFor(request.script);
    if (!script)
        return fail(script.error());
    auto part = (*script)->agents.find(request.agent);
    if (part == (*script)->agents.end())
        part = (*script)->agents.find(request.model); // sub-agents' names are made up
    if (part == (*script)->agents.end()) {
        std::string names;
        for (const auto &[name, steps] : (*script)->agents)
            names += (names.empty() ? "" : ", ") + name;
        return fail(ErrorCode::InvalidArgument, request.script + ": /agents: no steps for \""
                                                    + request.agent
                                                    + "\", there are steps for: " + names);
    }
    const std::vector<ScriptStep> &steps = part->second;
    if (position.next > 0 && position.next <= steps.size()) {
        const ScriptStep &last = steps[position.next - 1];
        if (last.until && position.given < last.until->max && !resultMatches(last, request)) {
            ++position.given;
            return last;
        }
    }
    if (position.next < steps.size()) {
        position.given = 1;
        return steps[position.next++];
    }
    ScriptStep end;
    end.text = kAfterLastStep;
    return end;
}

} // namespace orrery::llm
