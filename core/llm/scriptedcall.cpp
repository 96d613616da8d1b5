// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/scriptedcall.h"

#include <QPointer>

#include <algorithm>

namespace orrery::llm {
namespace {

constexpr int kTickMs = 20;

/// `end`, moved on so that no UTF-8 character is cut.
std::size_t characterEnd(const std::string &text, std::size_t end)
{
    end = std::min(end, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        ++end;
    return end;
}

} // namespace

ScriptedSpeech::ScriptedSpeech(ScriptStep step, ModelReply reply, bool stream,
                               ModelHandlers handlers, std::function<void()> finished)
    : m_step(std::move(step)), m_reply(std::move(reply)), m_stream(stream),
      m_handlers(std::move(handlers)), m_finished(std::move(finished))
{
    connect(&m_timer, &QTimer::timeout, this, &ScriptedSpeech::tick);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.start(m_step.delayMs);
}

void ScriptedSpeech::tick()
{
    const QPointer<ScriptedSpeech> alive(this);
    m_isSpeaking = true;
    advance();
    if (alive)
        m_isSpeaking = false;
}

void ScriptedSpeech::advance()
{
    if (!m_clock.isValid()) {
        m_clock.start();
        m_timer.setInterval(kTickMs);
    }
    const double ms = double(m_clock.elapsed() + kTickMs);
    const auto due = std::size_t(std::max(1.0, ms * m_step.charsPerSecond / 1000));
    if (!speak(m_step.thinking, m_thinkingSent, due, true))
        return;
    const std::size_t rest = due > m_step.thinking.size() ? due - m_step.thinking.size() : 0;
    if (!speak(m_step.text, m_textSent, rest, false))
        return;
    if (m_thinkingSent == m_step.thinking.size() && m_textSent == m_step.text.size())
        finish();
}

bool ScriptedSpeech::speak(const std::string &text, std::size_t &sent, std::size_t due,
                           bool thinking)
{
    const std::size_t end = characterEnd(text, due);
    if (end <= sent)
        return true;
    ModelDelta delta;
    (thinking ? delta.thinking : delta.text) = text.substr(sent, end - sent);
    sent = end;
    if (!m_stream || !m_handlers.onDelta)
        return true;
    const QPointer<ScriptedSpeech> alive(this);
    m_handlers.onDelta(delta);
    return alive && m_timer.isActive();
}

void ScriptedSpeech::finish()
{
    m_timer.stop();
    // The handler may destroy the call and let this go; nothing of it is used afterwards.
    const auto onDone = std::move(m_handlers.onDone);
    const auto finished = std::move(m_finished);
    Result<ModelReply> result = m_step.error ? Result<ModelReply>(fail(*m_step.error))
                                             : Result<ModelReply>(std::move(m_reply));
    if (finished)
        finished();
    if (onDone)
        onDone(std::move(result));
}

} // namespace orrery::llm
