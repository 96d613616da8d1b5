// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The watchdog of QtTest waits in a Qt that ThreadSanitizer cannot look into; what it says of that thread's end is
// wrong. Nothing of ours is left out.
#ifdef __SANITIZE_THREAD__
extern "C" const char *__tsan_default_suppressions()
{
    return "race:QWaitCondition::~QWaitCondition\nrace:QTest::qRun\n";
}
#endif
