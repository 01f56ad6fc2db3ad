# SPDX-License-Identifier: GPL-2.0-or-later
# For gnuplot, with algorithm, csv and out set: throughput over the size of a request, at the greatest depth, on one
# queue; and how ours compares with stock QEMU where that has the algorithm.

set datafile separator ","
set datafile missing NaN
set terminal svg size 900,380 font "sans,11" background "white"
set output out
set logscale x 2
set logscale y 10
set xtics ("16" 16, "64" 64, "256" 256, "1K" 1024, "4K" 4096, "16K" 16384, "64K" 65536, "256K" 262144, "1M" 1048576)
set xlabel "bytes of a request"
set grid
set key right bottom

# algorithm,ring,bytes,depth,contender,queues,... : columns 1, 3, 4, 5 and 8 to 9
pick(who, depth, column) = strcol(1) eq algorithm && strcol(5) eq who && column(4) == depth ? column(column) : NaN
stats csv using (strcol(1) eq algorithm && strcol(5) eq "ours" ? column(4) : NaN) nooutput
deepest = STATS_max

set multiplot layout 1,2 title sprintf("%s, one queue, %d requests in flight", algorithm, deepest)
set ylabel "GB/s"
plot csv using 3:(pick("ours", deepest, 24)) with lines lw 1 dt 2 lc rgb "gray40" title "engine alone", \
     csv using 3:(pick("ours", deepest, 9)) with linespoints lw 2 pt 7 lc rgb "#1b6ca8" title "ours", \
     csv using 3:(pick("ours-openssl", deepest, 9)) with linespoints lw 1 pt 5 lc rgb "#7fb069" title "ours, engine=openssl", \
     csv using 3:(pick("stock", deepest, 9)) with linespoints lw 2 pt 9 lc rgb "#c44536" title "stock QEMU"
set ylabel "requests/s"
set key left bottom
plot csv using 3:(pick("ours-null", deepest, 8)) with lines lw 1 dt 2 lc rgb "gray40" title "rings alone", \
     csv using 3:(pick("ours", deepest, 8)) with linespoints lw 2 pt 7 lc rgb "#1b6ca8" title "ours", \
     csv using 3:(pick("ours-stateless", deepest, 8)) with linespoints lw 1 pt 5 lc rgb "#7fb069" title "ours, stateless", \
     csv using 3:(pick("stock", deepest, 8)) with linespoints lw 2 pt 9 lc rgb "#c44536" title "stock QEMU"
unset multiplot
