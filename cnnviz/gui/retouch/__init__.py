"""The picture in the hands of a person: shifted, turned, scaled, cropped and blurred, and the maps follow."""
