#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The rules of docs/ARCHITECTURE.md about who may include what. Prints each offence; fails if there is one.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bad=0
offence() { # description, matching lines
    if [ -n "$2" ]; then
        printf '%s\n%s\n' "$1" "$2"
        bad=1
    fi
}
offence "core/ may not use QtGui or QtWidgets:" \
    "$(grep -rnE '#include <(QtGui|QtWidgets|QWidget|QApplication|QGuiApplication|QPainter|QColor|QFont|QPixmap|QImage|QIcon)' core)"
offence "core/model holds values only:" "$(grep -rnE '\bQObject\b|Q_OBJECT' core/model)"
offence "core/state holds values, and no Qt:" "$(grep -rnE '\bQObject\b|Q_OBJECT|#include <Q' core/state)"
offence "core/state may reach the model and the store only:" "$(grep -rnE '#include "core/' core/state | grep -vE '"core/(base|model|store|state)/')"
offence "std::regex may be kept busy by a pattern:" "$(grep -rnE 'std::(regex|sregex|smatch)|#include <regex>' core/tools core/runtime)"
offence "panels may not reach the store or the models:" "$(grep -rnE '#include "core/(store|llm)/' ui/panels)"
offence "what shows words of others is ui/widgets/plainlabel.h, plaintip.h and question.h, which take nothing for markup:" \
    "$(grep -rnE '\bnew QLabel\b|: public QLabel\b|\bQStyledItemDelegate\b|\bQToolTip::|\bQ(Message|ProgressDia|InputDia|ErrorMessage)(Box|log)?\b|\bQStaticText\b|\b(set|insert)Html\(|\bsetToolTip\(' ui app/window \
        | grep -vE '^ui/widgets/plain(label|tip)\.|action->setToolTip\(')"
offence "a source file has no SPDX line:" \
    "$(find core ui app tests bench \( -name node_modules -prune \) -o \( -name '*.cpp' -o -name '*.h' \) -exec grep -L 'SPDX-License-Identifier: GPL-3.0-or-later' {} +)"
if [ -x build/release/bin/orrery-cli ]; then
    offence "orrery-cli links a GUI library:" "$(ldd build/release/bin/orrery-cli | grep -E 'libQt6(Gui|Widgets)')"
fi
[ $bad -eq 0 ] && echo "layers: in order"
exit $bad
