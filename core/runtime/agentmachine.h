// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/guidance/contextbudget.h"
#include "core/llm/fallback.h"
#include "core/llm/modelclient.h"
#include "core/model/context.h"
#include "core/model/event.h"
#include "core/model/spec.h"
#include "core/runtime/answerrules.h"
#include "core/runtime/approvals.h"
#include "core/runtime/hooks.h"
#include "core/runtime/loopguard.h"
#include "core/tools/toolexecutor.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orrery::runtime {

// What can happen to an agent. ------------------------------------------------------------------------------------
namespace input {
/// A new turn; without a prompt it goes on with what the conversation holds.
struct Start {
    std::optional<std::string> prompt;
    std::vector<ContentPart> attachments = {}; ///< pictures and documents that go with it
};
/// Answer to effect::Prepare.
struct Ready {
    std::vector<Message> mail;
    std::string memories; ///< what the memory has on this turn; may be empty
};
/// Answer to effect::AskHooks.
struct HooksAnswered {
    HookVerdict verdict;
};
/// The limiter lets the request go …
struct Granted {};
/// … or never will.
struct Refused {
    Error error;
};
struct Reply {
    llm::ModelReply reply;
};
struct ModelFailed {
    Error error;
    bool hasStreamed = false; ///< something of the answer has been shown already
    long long tookMs = 0;     ///< from when it was sent
};
/// Answer to effect::Summarise.
struct Summarised {
    std::string summary;
    std::string call; ///< of the model; empty when none was asked
};
struct SummaryFailed {
    Error error;
    std::string call;
};
/// The time of effect::Retry is over.
struct RetryNow {};
/// Answer to effect::AskApproval.
struct Approval {
    std::size_t index;
    ApprovalDecision decision;
};
/// Answer to effect::RunTool.
struct ToolDone {
    std::size_t index;
    tools::ToolExecution result;
};
/// An effect::RunTool was not performed.
struct NotStarted {
    std::size_t index;
};
struct Cancel {
    std::string reason;
};
/// What is under way is given up as by Cancel, and a new turn starts with this message; the conversation keeps both.
struct Interrupt {
    std::string prompt;
};
/// Forgets the conversation; the deps and the system prompt stay. Only when idle.
struct ClearHistory {};
/// Goes on from a saved context. Only when idle.
struct Restore {
    std::string session;
    Context context;
};
} // namespace input
using Input =
    std::variant<input::Start, input::Ready, input::HooksAnswered, input::Granted, input::Refused,
                 input::Reply, input::ModelFailed, input::Summarised, input::SummaryFailed,
                 input::RetryNow, input::Approval, input::ToolDone, input::NotStarted,
                 input::Cancel, input::Interrupt, input::ClearHistory, input::Restore>;

// What the agent wants done. --------------------------------------------------------------------------------------
namespace effect {
/// Collect mail, then input::Ready.
struct Prepare {};
struct AskHooks {
    HookPoint point;
    Json payload;
};
/// Ask the limiter, then input::Granted or Refused.
struct Acquire {};
/// Send the context to target(), then input::Reply or ModelFailed.
struct RequestModel {};
/// Book what the request really used.
struct Settle {
    Usage usage;
};
/// The request used nothing.
struct Release {};
struct Retry {
    long long delayMs;
    std::string reason; ///< of the state in which it waits
};
/// Ask a model to sum up what is to be dropped, then input::Summarised or SummaryFailed.
struct Summarise {
    std::string system;
    std::string prompt;
};
/// About calls()[index].
struct AskApproval {
    std::size_t index;
};
/// Run calls()[index] with turnDeps(), then input::ToolDone.
struct RunTool {
    std::size_t index;
};
struct Save {};
/// A text that the model may ask for later (ResultShelf).
struct Kept {
    std::string handle; ///< empty = none
    std::shared_ptr<const std::string> text = {};
};
struct Publish {
    EventKind kind;
    EventData data;
    Kept kept = {}; ///< what this event has of it
};
struct Finish {
    std::string outcome; ///< done, failed, stopped
    Json output;         ///< a text, or what the output type makes of it
    std::optional<Error> error;
};
} // namespace effect
using Effect = std::variant<effect::Prepare, effect::AskHooks, effect::Acquire,
                            effect::RequestModel, effect::Settle, effect::Release, effect::Retry,
                            effect::Summarise, effect::AskApproval, effect::RunTool, effect::Save,
                            effect::Publish, effect::Finish>;

/// What stands between a tool call and its execution.
struct ToolGate {
    bool known = false; ///< the agent has it, and no policy keeps it away
    bool needsApproval = false;
};

/// Whether an answer is of the form that the agent has to give.
struct OutputVerdict {
    Json value;                 ///< when accepted
    std::optional<Error> error; ///< InvalidOutput
    std::string correction;     ///< with an error: what the model is told
};
struct OutputRules {
    std::function<OutputVerdict(const Message &answer)> check;
    int maxRetries = 0;
};

/// What an agent's loop needs to know of its surroundings. All of it answers at once.
struct LoopRules {
    std::function<ToolGate(const std::string &tool)> gate;
    /// Puts right what is surely meant in the arguments for a tool, before anybody is asked about them; what was done, a
    /// phrase each. Empty = nothing is mended.
    std::function<std::vector<std::string>(const std::string &tool, Json &arguments)> mend;
    const HookChain *hooks = nullptr; ///< null = none
    std::size_t toolCount = 0;        ///< tools that the model is offered
    /// What a model reads at once. Empty = not known.
    std::function<guidance::ContextWindow(const ModelRef &)> window;
    /// What the run's answers have told of its models' tokens; null = the agent's own alone.
    std::shared_ptr<guidance::TokenScale> tokenScale;
    std::optional<OutputRules> output;
    AnswerLimits answers;
    /// From 0 up to 1, for the jitter of retries; null = always 1, the longest pause.
    std::function<double()> chance;
    /// ms of a clock that never goes back; null = time stands still.
    std::function<std::int64_t()> now;
    /// Whether target() could be allowed a longer answer than it is; null = no.
    std::function<bool()> hasMoreRoom;
};

/// All rules of the agent loop, and nothing else: no thread, clock, socket or file. The worker performs the effects and
/// feeds back what came of them. Same inputs, same effects.
///
/// An answer that is none (cut, empty, refused, not to be read) is no success: AnswerRules. Calls that are made again and again
/// are told to the model, and end the turn: LoopGuard.
///
/// An iteration: prepare → (answer needed? iterations left?) → pre_request hooks → limiter → model → post_response hooks
/// → tools → again. The calls of one answer run one by one, or side by side when the agent says so; then all are asked
/// about first, and what follows their end is done in call order. Before the limiter is asked, a conversation that has become
/// too long for the model is made smaller (ContextBudget), once for each request and model. A call that is the answer itself, in a form that was asked
/// for, is never run.
class AgentMachine
{
public:
    /// Goes on with `context`, whose iterations count from 0 in each turn.
    AgentMachine(AgentSpec spec, LoopRules rules, Context context);

    /// Appends what is to be done now, in order.
    void handle(Input &input, std::vector<Effect> &effects);
    std::vector<Effect> handle(Input input);

    const Context &context() const { return m_context; }
    /// Of the answer that is being worked on, with the arguments that hooks and approvals made of them.
    const ToolCall &call(std::size_t index) const { return m_calls.at(index).call; }
    /// The deps as they were when the calls of this answer began: all of them see the same.
    const std::shared_ptr<const Json> &turnDeps() const { return m_turnDeps; }
    /// Where the request goes: the active model, or the fallback that is being tried.
    const ModelRef &target() const { return m_models.current(); }
    bool hasFallback() const { return m_models.hasNext(); } ///< for what target() cannot answer
    /// The next answer is to have more room than the settings give it.
    bool wantsRoom() const { return m_wantsRoom; }
    /// Frees the conversation and all else that it knows.
    void forget();
    bool isIdle() const { return m_phase == Phase::Idle; }
    int iterations() const { return m_iterations; } ///< of all turns
    const guidance::ContextBudget &budget() const { return m_budget; }
    guidance::Weight requestWeight(); ///< of the next request to target()

private:
    enum class Phase {
        Idle,
        SessionStart,
        Preparing,
        PreRequest,
        Summarising,
        Acquiring,
        Requesting,
        Backoff,
        PostResponse,
        Tools,
        SessionEnd
    };
    enum class Stage {
        New,
        AskingHooks,
        AskingApproval,
        Cleared,
        Running,
        Ran,
        AskingPostHooks,
        Answered,
        Committed
    };
    struct OpenCall {
        ToolCall call;
        std::string name; ///< what the model meant
        Stage stage = Stage::New;
        tools::ToolExecution result;
        const char *how = "answered";
    };
    using Effects = std::vector<Effect>;

    void on(input::Start &in, Effects &out);
    void on(input::Ready &in, Effects &out);
    void on(input::HooksAnswered &in, Effects &out);
    void on(input::Granted &, Effects &out);
    void on(input::Refused &in, Effects &out);
    void on(input::Reply &in, Effects &out);
    void on(input::ModelFailed &in, Effects &out);
    void on(input::Summarised &in, Effects &out);
    void on(input::SummaryFailed &in, Effects &out);
    void on(input::RetryNow &, Effects &out);
    void on(input::Approval &in, Effects &out);
    void on(input::ToolDone &in, Effects &out);
    void on(input::NotStarted &in, Effects &out);
    void on(input::Cancel &in, Effects &out);
    void on(input::Interrupt &in, Effects &out);
    void on(input::ClearHistory &, Effects &out);
    void on(input::Restore &in, Effects &out);

    bool hasHooks(HookPoint point) const { return m_rules.hooks && m_rules.hooks->has(point); }
    void askHooks(HookPoint point, Json payload, Effects &out);
    void nextIteration(Effects &out);
    void acquire(Effects &out);
    void askLimiter(Effects &out);
    void requestModel(Effects &out);
    void promote(Effects &out);
    std::int64_t now() const { return m_rules.now ? m_rules.now() : 0; }
    std::optional<long long> tryAgain(const input::ModelFailed &in, Effects &out);

    // What an answer is worth.
    void take(Message answer, Effects &out);
    void notTaken(Message answer, AnswerJudgement &judged, Ending ending, Effects &out);
    bool askOtherModel(const AnswerJudgement &judged, Effects &out);
    void tell(const std::string &text, Effects &out);
    bool endsLoop(LoopGuard::Notice &notice, Effects &out);
    void tellLoop(Effects &out);
    void forgetTurn();

    void afterResponse(Effects &out);
    void conclude(Effects &out);
    void succeed(Effects &out);

    guidance::ContextWindow window() const;
    bool canReadResults() const;
    void carryOut(guidance::ContextPlan plan, std::string reason, Effects &out);
    void compact(std::optional<std::string> summary, const std::string &call,
                 const std::string &problem, Effects &out);
    bool makeRoomAfter(const Error &error, Effects &out);
    void spill(OpenCall &call, Message &message, Effects &out);

    void startCalls(Effects &out);
    void continueCalls(Effects &out);
    bool advance(std::size_t index, Effects &out);
    std::string readArguments(std::size_t index, std::vector<std::string> &mended);
    std::vector<std::string> mend(OpenCall &call);
    void beginCall(std::size_t index, Effects &out);
    void clearCall(std::size_t index, Effects &out);
    void launch(std::size_t index, Effects &out);
    void afterHooks(std::size_t index, HookVerdict &verdict, Effects &out);
    /// `tool`: whose call it is about, if any.
    void tellVerdict(HookPoint point, const HookVerdict &verdict, const std::string *tool,
                     Effects &out);
    void answer(OpenCall &call, std::string text, const char *how);
    void commit(OpenCall &call, Effects &out);
    void giveUp(Effects &out);
    void applyUpdates(const ContextUpdate &updates, Effects &out);
    void setDep(const std::string &key, Json value);

    void addMessage(Message message, Effects &out);
    void state(AgentState state, Effects &out, std::string_view reason = {});
    void finish(std::string outcome, Json output, std::optional<Error> error, Effects &out);
    void failWith(Error error, Effects &out);

    AgentSpec m_spec;
    LoopRules m_rules;
    Context m_context;
    Phase m_phase = Phase::Idle;
    int m_iterations = 0;
    int m_attempt = 0;
    long long m_spentMs = 0; ///< on the attempts so far, and on the pauses between them
    int m_outputRetries = 0;
    Json m_output; ///< while session_end is asked
    llm::FallbackChain m_models;
    AnswerRules m_answers;
    bool m_wantsRoom = false;
    LoopGuard m_loop;
    std::string m_loopNote; ///< for the model, behind the results of its calls
    guidance::ContextBudget m_budget;
    guidance::ContextPlan m_plan; ///< that is being carried out
    std::string m_planReason;
    std::string m_compactedFor;         ///< the model for which it has been done in this iteration
    bool m_wasRefusedAsTooLong = false; ///< since the last answer
    std::vector<OpenCall> m_calls;      ///< of the current answer
    bool m_answerWasCut = false;        ///< it ended because of its length
    std::size_t m_at = 0;               ///< the call that is being worked on
    bool m_launched = false;            ///< side by side: all have been asked about
    std::shared_ptr<const Json> m_turnDeps;
    bool m_depsChanged = false;               ///< since m_turnDeps was made
    std::vector<std::string> m_approvedTools; ///< for the rest of the run
};

/// A new agent's context. The prompt becomes the system message, unless it is empty.
Context freshContext(const AgentSpec &spec, std::optional<std::string> systemPrompt);

/// What the model is shown as the name of a call: the text before a stray quotation mark, trimmed.
std::string cleanToolName(const std::string &raw);

} // namespace orrery::runtime
