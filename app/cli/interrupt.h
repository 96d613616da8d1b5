// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

class QSocketNotifier;

/// While it lives, the first Ctrl-C (SIGINT) or SIGTERM calls a function in the event loop of this thread; the next one
/// ends the program as ever. One at a time.
class Interrupt
{
public:
    explicit Interrupt(std::function<void()> called);
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};
