// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/llm/script.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>

namespace orrery::llm {

/// Speaks one step of a script at its pace. Lives until it has finished or is deleted.
class ScriptedSpeech final : public QObject
{
    Q_OBJECT

public:
    /// `finished` is called once before onDone, to note that the step has been given.
    ScriptedSpeech(ScriptStep step, ModelReply reply, bool stream, ModelHandlers handlers,
                   std::function<void()> finished);
    /// Says nothing more and calls no handler from now on.
    void stop() { m_timer.stop(); }
    bool isSpeaking() const { return m_isSpeaking; } ///< one of the handlers is being called

private:
    void tick();
    void advance();
    /// Sends what is due of `text`; false when a handler ended the call.
    bool speak(const std::string &text, std::size_t &sent, std::size_t due, bool thinking);
    void finish();

    ScriptStep m_step;
    ModelReply m_reply;
    bool m_stream;
    ModelHandlers m_handlers;
    std::function<void()> m_finished;
    QTimer m_timer;
    QElapsedTimer m_clock;
    bool m_isSpeaking = false;
    std::size_t m_thinkingSent = 0;
    std::size_t m_textSent = 0;
};

} // namespace orrery::llm
