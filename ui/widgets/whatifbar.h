// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <QWidget>

class QGridLayout;
class QLabel;
class QPushButton;
class QSlider;

namespace orrery::ui {

/// What the sliders stand at.
struct WhatIfValues {
    double relevance = 0.5;
    double importance = 0.3;
    double recency = 0;
    double lambda = 0.001; ///< decay, per hour
    double k = 60;
    double least = 0; ///< score
};

/// Sliders for the ranking of a search. What lies beyond a slider's end stays as it is until the slider is moved.
class WhatIfBar : public QWidget
{
    Q_OBJECT
public:
    explicit WhatIfBar(QWidget *parent = nullptr);
    /// As the search was ranked; also what [Reset] goes back to. `isFused`: k matters.
    void setBase(const WhatIfValues &values, bool isFused);
    const WhatIfValues &values() const { return m_values; }

signals:
    void changed(const WhatIfValues &values);
    void resetRequested();

private:
    struct Row {
        double WhatIfValues::*value;
        QSlider *slider;
        QLabel *name;
        QLabel *shown;
    };
    void add(QGridLayout *grid, const QString &name, const QString &tip,
             double WhatIfValues::*value);
    void showValues();

    QVector<Row> m_rows;
    QPushButton *m_reset;
    WhatIfValues m_base;
    WhatIfValues m_values;
};

} // namespace orrery::ui
