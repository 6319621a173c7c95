"""Tests of scenario files: reading, merging, mistakes, scaling, writing."""
