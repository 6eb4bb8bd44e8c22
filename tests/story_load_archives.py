import story
if __name__ == "__main__": story.main()
