// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/script.h"

#include "core/llm/httperror.h"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <sstream>

namespace orrery::llm {
namespace {

/// Walks a script and remembers the first thing that is wrong with it.
class ScriptReader
{
public:
    explicit ScriptReader(const std::string &file) : m_file(file) {}

    Result<Script> read(const Json &root)
    {
        Script script;
        script.file = m_file;
        if (checkObject(root, "", {"agents", "description"})) {
            if (!root.contains("agents"))
                wrong("/agents", "missing, an object of agent names is expected");
            else if (!root["agents"].is_object())
                wrong("/agents", found(root["agents"]) + ", an object of agent names is expected");
            else
                readAgents(root["agents"], script);
        }
        if (m_error)
            return fail(*m_error);
        return script;
    }

private:
    void readAgents(const Json &agents, Script &script)
    {
        for (const auto &[name, agent] : agents.items()) {
            const std::string at = "/agents/" + escaped(name);
            if (!checkObject(agent, at, {"steps"}))
                return;
            if (!agent.contains("steps") || !agent["steps"].is_array()) {
                wrong(at + "/steps", "a list of steps is expected");
                return;
            }
            std::vector<ScriptStep> &steps = script.agents[name];
            const Json &list = agent["steps"];
            for (std::size_t i = 0; i < list.size() && !m_error; ++i)
                steps.push_back(readStep(list[i], at + "/steps/" + std::to_string(i)));
        }
    }

    ScriptStep readStep(const Json &json, const std::string &at)
    {
        ScriptStep step;
        if (!checkObject(json, at,
                         {"text", "thinking", "tool_calls", "delay_ms", "chars_per_second", "usage",
                          "error", "until", "ending", "finish_reason"}))
            return step;
        step.text = string(json, at, "text");
        step.thinking = string(json, at, "thinking");
        step.finishReason = string(json, at, "finish_reason");
        if (const std::string word = string(json, at, "ending"); !word.empty())
            readEnding(word, at, step);
        step.delayMs = int(number(json, at, "delay_ms", 0, 0, 3600000));
        step.charsPerSecond = number(json, at, "chars_per_second", 400, 1, 1e9);
        if (json.contains("tool_calls"))
            readToolCalls(json["tool_calls"], at + "/tool_calls", step);
        if (json.contains("usage"))
            readUsage(json["usage"], at + "/usage", step);
        if (json.contains("error"))
            readError(json["error"], at + "/error", step);
        if (json.contains("until"))
            readUntil(json["until"], at + "/until", step);
        const bool isEmpty = step.text.empty() && step.thinking.empty() && step.toolCalls.empty();
        if (isEmpty && !step.error && step.finishReason.empty() && step.ending == Ending::Unknown)
            wrong(at, "an empty step; text, thinking, tool_calls, error or ending is expected");
        return step;
    }

    void readEnding(const std::string &word, const std::string &at, ScriptStep &step)
    {
        constexpr Ending kEndings[] = {Ending::End,           Ending::ToolCalls,     Ending::Length,
                                       Ending::Refusal,       Ending::ContentFilter, Ending::Pause,
                                       Ending::MalformedCall, Ending::Unknown};
        std::string known;
        for (const Ending ending : kEndings) {
            if (word == toString(ending)) {
                step.ending = ending;
                if (step.finishReason.empty())
                    step.finishReason = word;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string(toString(ending));
        }
        wrong(at + "/ending", "\"" + word + "\", one of these is expected: " + known);
    }

    void readToolCalls(const Json &json, const std::string &at, ScriptStep &step)
    {
        if (!json.is_array()) {
            wrong(at, found(json) + ", a list is expected");
            return;
        }
        for (std::size_t i = 0; i < json.size(); ++i) {
            const std::string here = at + "/" + std::to_string(i);
            if (!checkObject(json[i], here, {"name", "arguments", "arguments_text"}))
                return;
            ToolCall call;
            call.name = string(json[i], here, "name");
            if (call.name->empty()) {
                wrong(here + "/name", "the name of a tool is expected");
                return;
            }
            if (json[i].contains("arguments")) {
                if (!json[i]["arguments"].is_object()) {
                    wrong(here + "/arguments",
                          found(json[i]["arguments"]) + ", an object is expected");
                    return;
                }
                call.arguments = json[i]["arguments"];
            }
            if (json[i].contains("arguments_text"))
                call.invalidArguments = string(json[i], here, "arguments_text");
            step.toolCalls.push_back(std::move(call));
        }
    }

    void readUsage(const Json &json, const std::string &at, ScriptStep &step)
    {
        if (!checkObject(json, at, {"input_tokens", "output_tokens"}))
            return;
        Usage usage;
        usage.inputTokens = std::int64_t(number(json, at, "input_tokens", 0, 0, 1e12));
        usage.outputTokens = std::int64_t(number(json, at, "output_tokens", 0, 0, 1e12));
        step.usage = usage;
    }

    void readError(const Json &json, const std::string &at, ScriptStep &step)
    {
        if (!checkObject(json, at, {"status", "message", "retry_after_ms", "code"}))
            return;
        const int status = int(number(json, at, "status", 500, 400, 599));
        std::string message = string(json, at, "message");
        if (message.empty())
            message = "the script says that this call fails";
        step.error =
            errorForStatus(status, "scripted error " + std::to_string(status) + ": " + message);
        if (const std::string code = string(json, at, "code"); !code.empty())
            applyErrorBody(*step.error, {{"error", {{"code", code}, {"message", message}}}});
        step.error->retryAfterMs = (long long)(number(json, at, "retry_after_ms", -1, -1, 3600000));
    }

    void readUntil(const Json &json, const std::string &at, ScriptStep &step)
    {
        if (!checkObject(json, at, {"last_result_matches", "max"}))
            return;
        ScriptStep::Until until;
        until.pattern = string(json, at, "last_result_matches");
        until.max = int(number(json, at, "max", 20, 1, 100000));
        if (until.pattern.empty()) {
            wrong(at + "/last_result_matches", "a regular expression is expected");
            return;
        }
        try {
            until.lastResultMatches = std::regex(until.pattern, std::regex::ECMAScript);
        } catch (const std::regex_error &) {
            wrong(at + "/last_result_matches",
                  "\"" + until.pattern + "\", a regular expression (ECMAScript) is expected");
            return;
        }
        step.until = std::move(until);
    }

    bool checkObject(const Json &json, const std::string &at,
                     std::initializer_list<std::string_view> keys)
    {
        if (!json.is_object()) {
            wrong(at, found(json) + ", an object is expected");
            return false;
        }
        for (const auto &[key, value] : json.items()) {
            if (std::find(keys.begin(), keys.end(), key) != keys.end())
                continue;
            std::string known;
            for (const std::string_view name : keys)
                known += (known.empty() ? "" : ", ") + std::string(name);
            wrong(at + "/" + escaped(key), "an unknown key, one of these is expected: " + known);
            return false;
        }
        return true;
    }

    std::string string(const Json &object, const std::string &at, const char *key)
    {
        const auto it = object.find(key);
        if (it == object.end())
            return {};
        if (!it->is_string()) {
            wrong(at + "/" + key, found(*it) + ", a string is expected");
            return {};
        }
        return it->get<std::string>();
    }

    double number(const Json &object, const std::string &at, const char *key, double otherwise,
                  double low, double high)
    {
        const auto it = object.find(key);
        if (it == object.end())
            return otherwise;
        if (it->is_number() && it->get<double>() >= low && it->get<double>() <= high)
            return it->get<double>();
        std::ostringstream expected;
        expected << found(*it) << ", a number from " << low << " to " << high << " is expected";
        wrong(at + "/" + key, expected.str());
        return otherwise;
    }

    static std::string found(const Json &json)
    {
        std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (text.size() > 60)
            return std::string("a value of type ") + json.type_name();
        return "found " + text;
    }

    /// A key as a part of a JSON pointer (RFC 6901).
    static std::string escaped(std::string_view key)
    {
        std::string out;
        for (const char c : key) {
            if (c == '~')
                out += "~0";
            else if (c == '/')
                out += "~1";
            else
                out += c;
        }
        return out;
    }

    void wrong(const std::string &at, const std::string &what)
    {
        if (!m_error) {
            m_error = makeError(ErrorCode::InvalidArgument,
                                m_file + ": " + (at.empty() ? std::string("/") : at) + ": " + what);
        }
    }

    const std::string &m_file;
    std::optional<Error> m_error;
};

} // namespace

Result<Script> loadScript(const std::string &file)
{
    if (file.empty())
        return fail(ErrorCode::InvalidArgument,
                    "the scripted model needs a script file, none is named");
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    if (!in || !(text << in.rdbuf()))
        return fail(ErrorCode::NotFound, file + ": the script file cannot be read");
    return parseScript(text.str(), file);
}

Result<Script> parseScript(std::string_view text, const std::string &file)
{
    Json root;
    try {
        root = Json::parse(text.begin(), text.end(), nullptr, true, true);
    } catch (const Json::parse_error &error) {
        return fail(ErrorCode::InvalidArgument, file + ": not JSON: " + error.what());
    }
    return ScriptReader(file).read(root);
}

} // namespace orrery::llm
