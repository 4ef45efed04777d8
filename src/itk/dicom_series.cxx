/* Makes an image of a series' slices: volumes of slices that lie along one line, on a regular grid. Where
 * the slices' distances are not equal, planes are repeated, so that each slice lies where it should to a
 * quarter of a millimetre. When the image is written back, one plane stands for the slice. */
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "itk/dicom.hxx"

namespace dicom
{

namespace
{

enum { PLANES_MOST = 2048, SLICES_LEAST = 6 };

/* Slices closer than this are at one position: positions are text with at least three decimals. */
const double same_mm = 1e-2;
/* How far a slice may lie off the regular grid; the work volume's cells are eight times as large. */
const double off_mm = 0.25;

Vector normal_of(const File &file)
{
    const Vector &r = file.row, &c = file.column;
    return {r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]};
}

double dot(const Vector &a, const Vector &b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void say(char *out, size_t size, const std::string &words)
{
    std::snprintf(out, size, "%s", words.c_str());
}

ek_dtype dtype_of(const Cell &cell)
{
    const bool negative = cell.is_signed || cell.stored < cell.allocated; /* unsigned ones fit then too */
    switch (cell.allocated) {
    case 8:
        return cell.is_signed ? EK_INT8 : EK_UINT8;
    case 16:
        return negative ? EK_INT16 : EK_UINT16;
    default:
        return negative ? EK_INT32 : EK_UINT32;
    }
}

/* Sorts the frames by position and numbers the positions; returns how many frames each has. */
std::vector<size_t> sort_positions(Series &series, std::vector<double> &at)
{
    std::stable_sort(series.frames.begin(), series.frames.end(),
                     [](const Frame &a, const Frame &b) { return a.along < b.along; });
    std::vector<size_t> counts;
    for (const Frame &frame : series.frames) {
        if (counts.empty() || frame.along - at.back() > same_mm) {
            counts.push_back(0);
            at.push_back(frame.along);
        }
        counts.back()++;
    }
    return counts;
}

/* Frames volume by volume; all positions have as many of them. */
void order_volumes(Series &series)
{
    const std::vector<File> &files = series.files;
    std::vector<Frame> ordered(series.frames.size());
    for (size_t p = 0; p < series.positions; p++) {
        const auto begin = series.frames.begin() + static_cast<std::ptrdiff_t>(p * series.volumes);
        std::sort(begin, begin + static_cast<std::ptrdiff_t>(series.volumes),
                  [&](const Frame &a, const Frame &b) {
                      const File &fa = files[a.file], &fb = files[b.file];
                      return std::make_tuple(a.time, fa.acquisition, fa.number, a.file, a.index) <
                             std::make_tuple(b.time, fb.acquisition, fb.number, b.file, b.index);
                  });
        for (size_t v = 0; v < series.volumes; v++)
            ordered[v * series.positions + p] = begin[static_cast<std::ptrdiff_t>(v)];
    }
    series.frames = ordered;
}

/* The largest distance of the positions from multiples of the step. */
double misfit(const std::vector<double> &at, double step)
{
    double most = 0;
    for (const double mm : at) {
        const double planes = (mm - at[0]) / step;
        most = std::max(most, std::abs(planes - std::round(planes)) * step);
    }
    return most;
}

/* The largest step on whose multiples all slices lie: the mean distance where that is regular, else at most
 * the smallest, and half a millimetre where nothing larger will do. */
double step_of(const std::vector<double> &at)
{
    const double mean = (at.back() - at[0]) / static_cast<double>(at.size() - 1);
    const double rounding = std::max(2e-2, 5e-3 * mean);
    if (misfit(at, mean) <= rounding)
        return mean;
    double least = mean;
    for (size_t i = 1; i < at.size(); i++)
        least = std::min(least, at[i] - at[i - 1]);
    /* single slices are missing: the others' distance is the step; all of them together give it more
     * precisely */
    const double whole = (at.back() - at[0]) / std::round((at.back() - at[0]) / least);
    if (misfit(at, whole) <= rounding)
        return whole;
    for (double step = least; step > 2 * off_mm; step *= 0.99)
        if (misfit(at, step) <= off_mm / 2)
            return step;
    return std::min(least, 2 * off_mm);
}

/* Fills plane_source and home: the nearest slice for each plane, the nearest plane for each slice. */
bool make_planes(Series &series, const std::vector<double> &at, double step)
{
    const double planes = std::round((at.back() - at[0]) / step) + 1;
    if (!(planes >= 1 && planes <= PLANES_MOST))
        return false;
    series.home.clear();
    for (const double mm : at) {
        const size_t plane = static_cast<size_t>(std::round((mm - at[0]) / step));
        if (!series.home.empty() && series.home.back() >= plane)
            return false;
        series.home.push_back(plane);
    }
    series.plane_source.assign(static_cast<size_t>(planes), 0);
    size_t p = 0;
    for (size_t k = 0; k < series.plane_source.size(); k++) {
        const double mm = at[0] + static_cast<double>(k) * step;
        while (p + 1 < at.size() && std::abs(at[p + 1] - mm) <= std::abs(at[p] - mm))
            p++;
        series.plane_source[k] = p;
    }
    for (size_t s = 0; s < at.size(); s++) /* a slice's own plane shows it, whatever is near by rounding */
        series.plane_source[series.home[s]] = s;
    return true;
}

/* world_from_voxel: columns, rows from the last one, slices. False where the slices do not lie along a
 * line. */
bool make_grid(Series &series, const std::vector<double> &at, double step)
{
    const File &first = series.files[0];
    const Frame &begin = series.frames[0], &end = series.frames[series.positions - 1];
    Vector per_mm = normal_of(first);
    const double length = at.back() - at[0];
    if (series.positions > 1)
        for (size_t d = 0; d < 3; d++)
            per_mm[d] = (end.position[d] - begin.position[d]) / length;
    for (const Frame &frame : series.frames)
        for (size_t d = 0; d < 3; d++)
            if (std::abs(begin.position[d] + per_mm[d] * (frame.along - at[0]) - frame.position[d]) >
                off_mm)
                return false;
    series.grid.n[0] = first.columns;
    series.grid.n[1] = first.rows;
    series.grid.n[2] = static_cast<int64_t>(series.plane_source.size());
    for (size_t d = 0; d < 3; d++) {
        const double sign = d < 2 ? -1 : 1;
        double *row = series.grid.world_from_voxel.m[d];
        row[0] = sign * first.row[d] * first.spacing[1];
        row[1] = -sign * first.column[d] * first.spacing[0];
        row[2] = sign * per_mm[d] * step;
        row[3] = sign * begin.position[d] - row[1] * (first.rows - 1);
    }
    return true;
}

bool same_instances(const Series &series)
{
    std::vector<std::string> instances;
    for (const File &file : series.files)
        instances.push_back(file.instance);
    std::sort(instances.begin(), instances.end());
    return std::adjacent_find(instances.begin(), instances.end()) != instances.end();
}

std::string uneven(const std::vector<size_t> &counts)
{
    const size_t most = *std::max_element(counts.begin(), counts.end());
    const auto full = std::count(counts.begin(), counts.end(), most);
    return "slices are missing or there twice: " + std::to_string(full) + " of " +
           std::to_string(counts.size()) + " positions have " + std::to_string(most) +
           " images, the others fewer";
}

void number_the_scale(Series &series)
{
    const Frame &first = series.frames[0];
    for (const Frame &frame : series.frames)
        if (frame.slope != first.slope || frame.intercept != first.intercept)
            series.scale_per_slice = true;
    series.dtype = series.scale_per_slice ? EK_FLOAT32 : dtype_of(series.files[0].cell);
}

} // namespace

void arrange(Series &series)
{
    ef_dicom_series &info = series.info;
    const Vector normal = normal_of(series.files[0]);
    std::vector<double> at;
    for (size_t f = 0; f < series.files.size(); f++)
        for (Frame frame : series.files[f].slices) {
            frame.file = f;
            frame.along = dot(frame.position, normal);
            series.frames.push_back(frame);
        }
    const std::vector<size_t> counts = sort_positions(series, at);
    series.positions = counts.size();
    series.volumes = counts[0];
    for (const File &file : series.files)
        if (!file.cut_off.empty())
            say(info.left_out, sizeof info.left_out, file.cut_off);
    if (info.left_out[0] != '\0')
        info.broken = true;
    else if (same_instances(series))
        say(info.left_out, sizeof info.left_out, "the same image is there twice");
    else if (std::count(counts.begin(), counts.end(), counts[0]) !=
             static_cast<std::ptrdiff_t>(counts.size()))
        say(info.left_out, sizeof info.left_out, uneven(counts));
    else if (series.positions < SLICES_LEAST)
        say(info.left_out, sizeof info.left_out,
            "too few slices to find a head in: " + std::to_string(series.positions));
    if (info.left_out[0] != '\0') {
        info.broken = info.broken || series.positions >= SLICES_LEAST;
        return;
    }
    const double step = step_of(at);
    order_volumes(series);
    number_the_scale(series);
    if (!make_planes(series, at, step) || !make_grid(series, at, step)) {
        say(info.left_out, sizeof info.left_out, "slices that do not lie along a line");
        info.broken = true;
        return;
    }
    for (int d = 0; d < 3; d++)
        info.n[d] = series.grid.n[d];
    info.n[2] = static_cast<int64_t>(series.positions);
    info.n_volumes = static_cast<int64_t>(series.volumes);
    for (size_t s = 1; s < series.home.size(); s++) {
        const bool wide =
            at[s] - at[s - 1] > 1.5 * (at.back() - at[0]) / static_cast<double>(at.size() - 1);
        info.gaps += wide ? 1 : 0;
    }
    info.regular = series.plane_source.size() == series.positions;
}

} // namespace dicom
